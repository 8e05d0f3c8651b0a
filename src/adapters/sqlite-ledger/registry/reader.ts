import type { Kysely } from 'kysely';
import type { InvitedWorker } from '#domain/invitation';
import type { Holding, Officer, Recorder } from '#domain/registry';
import type { Page } from '#ports/ledger/page';
import type { RegistryReader } from '#ports/ledger/registry';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { toHolding, toRecorder, toWorker } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

const LIST_MAX = 100_000;

/** Reads officers, recorders and workers, over one connection. */
export class SqlRegistryReader implements RegistryReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async officer(id: string): Promise<Officer | null> {
    return (await this.#db.selectFrom('officers').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  async officers({ after, limit }: Page = { limit: LIST_MAX }): Promise<readonly Officer[]> {
    const query = this.#db.selectFrom('officers').selectAll().orderBy('id').limit(limit);
    return (after === undefined ? query : query.where('id', '>', after)).execute();
  }

  async officersOf(unit: string, { after, limit }: Page): Promise<readonly Officer[]> {
    return this.#tables.where('officers', 'unit = ? AND id > ? ORDER BY id LIMIT ?', [unit, after ?? '', limit]);
  }

  async recorder(serial: string): Promise<Recorder | null> {
    const [row] = await this.#tables.select('recorders', { serial });
    return row ? toRecorder(row) : null;
  }

  async recorders({ after, limit }: Page = { limit: LIST_MAX }): Promise<readonly Recorder[]> {
    const query = this.#db.selectFrom('recorders').selectAll().orderBy('serial').limit(limit);
    return (await (after === undefined ? query : query.where('serial', '>', after)).execute()).map(toRecorder);
  }

  async holding(id: string): Promise<Holding | null> {
    const [row] = await this.#tables.select('recorder_holdings', { id });
    return row ? toHolding(row) : null;
  }

  async holdings(serial: string, { before, limit }: { before?: number; limit: number }): Promise<readonly Holding[]> {
    const earlier = 'serial = ? AND from_at < ? ORDER BY from_at DESC LIMIT ?';
    return (await this.#tables.where('recorder_holdings', earlier, [serial, before ?? Number.MAX_SAFE_INTEGER, limit])).map(toHolding);
  }

  async openHoldings(serials: readonly string[]): Promise<ReadonlyMap<string, Holding>> {
    const query = this.#db.selectFrom('recorder_holdings').selectAll();
    const rows = await query.where('serial', 'in', this.#dialect.among(serials)).where('to_at', 'is', null).execute();
    return new Map(rows.map((row) => [row.serial, toHolding(row)]));
  }

  async holdingsWithin(serial: string, fromMs: number, toMs: number | null, limit: number): Promise<readonly Holding[]> {
    const within = 'serial = ? AND from_at < ? AND (to_at IS NULL OR to_at > ?) ORDER BY from_at LIMIT ?';
    const rows = await this.#tables.where('recorder_holdings', within, [serial, toMs ?? Number.MAX_SAFE_INTEGER, fromMs, limit]);
    return rows.map(toHolding);
  }

  async assignedAt(serial: string, atMs: number): Promise<string | null> {
    const [then] = await this.#tables.where('recorder_assignments', 'serial = ? AND at <= ? ORDER BY at DESC, n DESC LIMIT 1', [
      serial,
      atMs,
    ]);
    if (then) return then.officer_id;
    const [first] = await this.#tables.where('recorder_assignments', 'serial = ? ORDER BY at, n LIMIT 1', [serial]);
    return first ? first.officer_id : ((await this.recorder(serial))?.assignedOfficerId ?? null);
  }

  async workers(): Promise<readonly InvitedWorker[]> {
    return (await this.#db.selectFrom('workers').selectAll().orderBy('name').limit(LIST_MAX).execute()).map(toWorker);
  }

  async worker(name: string): Promise<InvitedWorker | null> {
    const row = await this.#db.selectFrom('workers').selectAll().where('name', '=', name).executeTakeFirst();
    return row ? toWorker(row) : null;
  }

  async workerByKey(keySha256: string): Promise<InvitedWorker | null> {
    const row = await this.#db.selectFrom('workers').selectAll().where('key_sha256', '=', keySha256).executeTakeFirst();
    return row ? toWorker(row) : null;
  }
}
