import { type Kysely, sql } from 'kysely';
import { reasonOf } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { Scope } from '#domain/scope';
import type { Evicted, EvictionReader, Needed, WaitingFetch } from '#ports/ledger/eviction';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { toOriginal } from '../rows.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';

/** Nothing waits longer for its next attempt, ms. */
const LATER_MS_MAX = 2 * 3_600_000;

/** Reads what the vault holds and what is on its way, over one connection. */
export class SqlEvictionReader implements EvictionReader {
  readonly #db: Kysely<Schema>;
  readonly #dialect: Dialect;
  readonly #sight: Sight;

  constructor({ db, dialect }: Rows, scope: Scope = 'all') {
    this.#db = db;
    this.#dialect = dialect;
    this.#sight = new Sight(scope, dialect);
  }

  async needed({ after, limit }: { after?: Needed; limit: number }): Promise<readonly Needed[]> {
    let found = this.#db.selectFrom('needs').selectAll().orderBy('at').orderBy('recording_id').limit(limit);
    if (after !== undefined) found = found.where(sql<boolean>`(at, recording_id) > (${after.atMs}, ${after.recordingId})`);
    const rows = await this.#sight.narrow(found, 'recording', 'needs.recording_id').execute();
    return rows.map((row) => ({ recordingId: row.recording_id, atMs: row.at }));
  }

  async playables({ after, limit }: { after?: Needed; limit: number }): Promise<readonly Needed[]> {
    let found = this.#held().orderBy('needed_at').orderBy('recording_id').limit(limit);
    if (after !== undefined) found = found.where(sql<boolean>`(needed_at, recording_id) > (${after.atMs}, ${after.recordingId})`);
    const rows = await this.#sight.narrow(found, 'recording', 'derivatives.recording_id').execute();
    return rows.map((row) => ({ recordingId: row.recording_id, atMs: row.needed_at }));
  }

  /** Playable copies that the vault holds. In the text, because an index holds only those. */
  #held() {
    const held = sql<boolean>`kind = 'playable' AND evicted_at IS NULL`;
    return this.#db.selectFrom('derivatives').select(['recording_id', 'needed_at']).where(held);
  }

  async neededAt(recordingId: string): Promise<number | null> {
    const found = this.#db.selectFrom('needs').select('at').where('recording_id', '=', recordingId);
    const [row] = await this.#sight.narrow(found, 'recording', 'needs.recording_id').execute();
    return row?.at ?? null;
  }

  async playableNeededAt(recordingId: string): Promise<number | null> {
    const found = this.#held().where('recording_id', '=', recordingId);
    const [row] = await this.#sight.narrow(found, 'recording', 'derivatives.recording_id').execute();
    return row?.needed_at ?? null;
  }

  async names(of: { sha256: string; bytes: number }, limit: number): Promise<readonly Original[]> {
    return this.#withBytes(of, limit, 'in the vault');
  }

  async twins(of: { sha256: string; bytes: number }, limit: number): Promise<readonly Original[]> {
    return this.#withBytes(of, limit, 'anywhere');
  }

  async #withBytes({ sha256, bytes }: { sha256: string; bytes: number }, limit: number, where: 'in the vault' | 'anywhere') {
    const found = this.#db
      .selectFrom('originals')
      .selectAll()
      .where('sha256', '=', sha256)
      .where('bytes', '=', bytes)
      // In the text, because the index of digests holds only sealed originals.
      .where(sql<boolean>`state = 'sealed'`)
      .$if(where === 'in the vault', (resident) => resident.where('evicted_at', 'is', null))
      .orderBy('id')
      .limit(limit);
    return (await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute()).map(toOriginal);
  }

  async fetches(limit: number): Promise<readonly string[]> {
    const found = this.#db
      .selectFrom('fetches')
      .innerJoin('originals', 'originals.id', 'fetches.original_id')
      .select('fetches.original_id')
      .orderBy('fetches.at')
      .orderBy('fetches.original_id')
      .limit(limit);
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    return rows.map((row) => row.original_id);
  }

  async dueFetches(nowMs: number, limit: number): Promise<readonly Pick<WaitingFetch, 'originalId' | 'attempts'>[]> {
    const found = this.#db
      .selectFrom('fetches')
      .innerJoin('originals', 'originals.id', 'fetches.original_id')
      .select(['fetches.original_id', 'fetches.attempts'])
      // A time that is further off than any was set by a clock that was ahead.
      .where(({ eb, or }) => or([eb('fetches.due_at', '<=', nowMs), eb('fetches.due_at', '>', nowMs + LATER_MS_MAX)]))
      .orderBy('fetches.due_at')
      .orderBy('fetches.original_id')
      .limit(limit);
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    return rows.map((row) => ({ originalId: row.original_id, attempts: row.attempts }));
  }

  async waitingFetches(recordingIds: readonly string[]): Promise<readonly WaitingFetch[]> {
    const found = this.#db
      .selectFrom('originals')
      .innerJoin('fetches', 'fetches.original_id', 'originals.id')
      .select(['fetches.original_id', 'originals.recording_id', 'fetches.attempts', 'fetches.due_at', 'fetches.why'])
      .where('originals.recording_id', 'in', this.#dialect.among(recordingIds))
      .where('fetches.why', 'is not', null)
      .orderBy('fetches.original_id');
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    return rows.map((row) => ({
      ...{ originalId: row.original_id, recordingId: row.recording_id, attempts: row.attempts, dueAtMs: row.due_at },
      why: reasonOf(JSON.parse(row.why ?? 'null')),
    }));
  }

  async evicted(): Promise<Evicted & { playable: Evicted }> {
    return { ...(await this.#evictedOf('originals')), playable: await this.#evictedOf('derivatives') };
  }

  async #evictedOf(table: 'originals' | 'derivatives'): Promise<Evicted> {
    const found = this.#db
      .selectFrom(table)
      .select(({ fn }) => [fn.countAll<number>().as('files'), fn.coalesce(fn.sum<number>('bytes'), sql<number>`0`).as('bytes')])
      .where('evicted_at', 'is not', null);
    const [row] = await this.#sight.narrow(found, 'recording', `${table}.recording_id`).execute();
    return { files: Number(row?.files ?? 0), bytes: Number(row?.bytes ?? 0) };
  }
}
