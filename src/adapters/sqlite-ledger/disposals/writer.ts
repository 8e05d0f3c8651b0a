import type { Kysely } from 'kysely';
import type { Disposal, DisposalItem, Tombstone } from '#domain/destruction/disposal';
import { because } from '#domain/reason';
import type { Destruction, DisposalsWriter } from '#ports/ledger/disposals';
import type { Rows } from '../connection.ts';
import { mustExist } from '../patches.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import { fromDestruction, fromDisposal, fromItem, fromItemPatch, fromPatch, fromTombstone } from './rows.ts';

/** Writes lists of recordings to be disposed of and what stays of them, inside one transaction. */
export class SqlDisposalsWriter implements DisposalsWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async insert(disposal: Disposal): Promise<void> {
    await this.#tables.insert('disposals', fromDisposal(disposal));
  }

  async update(id: string, patch: Parameters<DisposalsWriter['update']>[1]): Promise<void> {
    mustExist(await this.#tables.update('disposals', fromPatch(patch), { id }), because('no-disposal', { id }));
  }

  async insertItem(item: DisposalItem): Promise<void> {
    await this.#tables.insert('disposal_items', fromItem(item));
  }

  async updateItem(disposalId: string, recordingId: string, patch: Partial<Pick<DisposalItem, 'state' | 'why'>>): Promise<void> {
    mustExist(
      await this.#tables.update('disposal_items', fromItemPatch(patch), { disposal_id: disposalId, recording_id: recordingId }),
      because('disposal-not-listed', { id: disposalId, recording: recordingId }),
    );
  }

  async beginDestruction(destruction: Destruction): Promise<void> {
    await this.#tables.upsert('destructions', fromDestruction(destruction), ['place', 'key']);
  }

  async endDestruction({ where, key }: { readonly where: string; readonly key: string }): Promise<void> {
    await this.#db.deleteFrom('destructions').where('place', '=', where).where('key', '=', key).execute();
  }

  async insertTombstone(tombstone: Tombstone): Promise<void> {
    const { recordingId } = tombstone;
    await this.#tables.insert('tombstones', fromTombstone(tombstone));
    mustExist(
      await this.#tables.update('recordings', { state: 'disposed' }, { id: recordingId }),
      because('no-recording', { recording: recordingId }),
    );
    await this.#db.updateTable('originals').set({ evicted_at: null }).where('recording_id', '=', recordingId).execute();
    // Work comes last: a trigger lets work wait again where a derivative goes.
    for (const table of ['copies', 'derivatives', 'derivative_leftovers', 'work'] as const)
      await this.#db.deleteFrom(table).where('recording_id', '=', recordingId).execute();
  }
}
