import type { Kysely } from 'kysely';
import {
  type Disposal,
  type DisposalItem,
  type DisposalState,
  type ItemState,
  OPEN_DISPOSALS,
  type Tombstone,
} from '#domain/destruction/disposal';
import type { Destruction, DisposalsReader } from '#ports/ledger/disposals';
import type { Page } from '#ports/ledger/page';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import { toDestruction, toDisposal, toItem, toTombstone } from './rows.ts';

/** Reads lists of recordings to be disposed of and what stays of them, over one connection. */
export class SqlDisposalsReader implements DisposalsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async get(id: string): Promise<Disposal | null> {
    const [row] = await this.#tables.select('disposals', { id });
    return row ? toDisposal(row) : null;
  }

  async list({ after, limit, states }: Page & { states?: readonly DisposalState[] }): Promise<readonly Disposal[]> {
    let query = this.#db.selectFrom('disposals').selectAll().orderBy('id', 'desc').limit(limit);
    if (after !== undefined) query = query.where('id', '<', after);
    if (states !== undefined) query = query.where('state', 'in', [...states]);
    return (await query.execute()).map(toDisposal);
  }

  async items(disposalId: string, { after, limit, state }: Page & { state?: ItemState }): Promise<readonly DisposalItem[]> {
    let query = this.#db
      .selectFrom('disposal_items')
      .selectAll()
      .where('disposal_id', '=', disposalId)
      .orderBy('recording_id')
      .limit(limit);
    if (after !== undefined) query = query.where('recording_id', '>', after);
    if (state !== undefined) query = query.where('state', '=', state);
    return (await query.execute()).map(toItem);
  }

  async item(disposalId: string, recordingId: string): Promise<DisposalItem | null> {
    const [row] = await this.#tables.select('disposal_items', { disposal_id: disposalId, recording_id: recordingId });
    return row ? toItem(row) : null;
  }

  async openOf(recordingId: string): Promise<Disposal | null> {
    const row = await this.#db
      .selectFrom('disposal_items')
      .innerJoin('disposals', 'disposals.id', 'disposal_items.disposal_id')
      .selectAll('disposals')
      .where('disposal_items.recording_id', '=', recordingId)
      .where('disposals.state', 'in', [...OPEN_DISPOSALS])
      .orderBy('disposals.id')
      .limit(1)
      .executeTakeFirst();
    return row ? toDisposal(row) : null;
  }

  async destructions({ recordingId, limit }: { recordingId?: string; limit: number }): Promise<readonly Destruction[]> {
    let query = this.#db.selectFrom('destructions').selectAll().orderBy('place').orderBy('key').limit(limit);
    if (recordingId !== undefined) query = query.where('recording_id', '=', recordingId);
    return (await query.execute()).map(toDestruction);
  }

  async tombstone(recordingId: string): Promise<Tombstone | null> {
    const [row] = await this.#tables.select('tombstones', { recording_id: recordingId });
    return row ? toTombstone(row) : null;
  }

  async tombstones(disposalId: string, { after, limit }: Page): Promise<readonly Tombstone[]> {
    let query = this.#db.selectFrom('tombstones').selectAll().where('disposal_id', '=', disposalId).orderBy('recording_id').limit(limit);
    if (after !== undefined) query = query.where('recording_id', '>', after);
    return (await query.execute()).map(toTombstone);
  }
}
