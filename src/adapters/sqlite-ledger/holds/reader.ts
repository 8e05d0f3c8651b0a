import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { HeldFacts, NumberedFile } from '#domain/hold/completeness';
import type { HeldRecording, Hold, HoldScope, MirrorState } from '#domain/hold/hold';
import type { Reason } from '#domain/reason';
import type { Scope } from '#domain/scope';
import type { DueMirror, HeldObject, HoldsReader } from '#ports/ledger/holds';
import type { Page } from '#ports/ledger/page';
import type { Rows } from '../connection.ts';
import { HoldSight } from '../hold-sight.ts';
import type { Schema } from '../schema.ts';
import { HeldFootage } from './held-footage.ts';
import { HoldMatcher } from './matcher.ts';
import { IN_FORCE, MIRROR_REFUSED, MIRROR_WAITS, NOT_SPREAD } from './migration.ts';
import { type Row, scopeIn, toHold } from './rows.ts';

const COVERING_MAX = 1000;
/** Nothing is put off for longer. A due time beyond it was written by a clock that was ahead, and would wait until that moment comes. */
const LATER_MS_MAX = 25 * 3_600_000;
/** Recordings that the storage refused, of which the holds are told. */
const REFUSED_MAX = 10_000;

/** Reads legal holds over one connection. */
export class SqlHoldsReader implements HoldsReader {
  readonly #db: Kysely<Schema>;
  readonly #rows: Rows;
  readonly #matcher: HoldMatcher;
  readonly #sight: HoldSight;
  readonly #footage: HeldFootage;

  constructor(rows: Rows, scope: Scope = 'all') {
    this.#db = rows.db;
    this.#rows = rows;
    this.#matcher = new HoldMatcher(rows);
    this.#sight = new HoldSight(rows, scope);
    this.#footage = new HeldFootage(rows);
  }

  async get(id: string): Promise<Hold | null> {
    const [found] = await this.#select(sql`holds.id = ${id}`, 1);
    return found ?? null;
  }

  async list(filter: Page & { inForce?: boolean; recordingId?: string }): Promise<readonly Hold[]> {
    const { inForce, recordingId, after, limit } = filter;
    const conditions: RawBuilder<unknown>[] = [];
    if (inForce === true) conditions.push(sql`holds.released_at IS NULL`);
    if (inForce === false) conditions.push(sql`holds.released_at IS NOT NULL`);
    if (after !== undefined) conditions.push(sql`holds.id < ${after}`);
    if (recordingId !== undefined)
      conditions.push(sql`holds.id IN ${this.#rows.dialect.among((await this.#coveringIds(recordingId)).slice(0, COVERING_MAX))}`);
    return this.#select(conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` AND `)}`, limit);
  }

  async isHeld(recordingId: string): Promise<boolean> {
    const reached = await sql`SELECT 1 FROM hold_recordings AS reached JOIN holds ON holds.id = reached.hold_id
      WHERE reached.recording_id = ${recordingId} AND holds.released_at IS NULL LIMIT 1`.execute(this.#db);
    if (reached.rows.length > 0) return true;
    return (await this.#matcher.matching([recordingId], false)).size > 0;
  }

  async covering(recordingId: string): Promise<readonly Hold[]> {
    const ids = this.#rows.dialect.among(await this.#coveringIds(recordingId));
    return (await this.#select(sql`holds.id IN ${ids}`, COVERING_MAX)).toReversed();
  }

  async #coveringIds(recordingId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`SELECT holds.id FROM hold_recordings AS reached JOIN holds ON holds.id = reached.hold_id
      WHERE reached.recording_id = ${recordingId} AND holds.released_at IS NULL`.execute(this.#db);
    const matching = (await this.#matcher.matching([recordingId], false)).get(recordingId) ?? [];
    return [...new Set([...rows.map(({ id }) => id), ...matching])];
  }

  async unmirrored(recordingId: string): Promise<boolean> {
    const [row] = await this.#rows.tables.select('hold_mirrors', { recording_id: recordingId });
    const held = await this.isHeld(recordingId);
    if (!row) return held;
    if (row.state === 'waiting') return true;
    return row.state !== 'none' && (row.state === 'held') !== held;
  }

  async recordingsOf(holdId: string, { after, limit, waiting = false }: Page & { waiting?: boolean }): Promise<readonly HeldRecording[]> {
    const { rows } = await sql<{ recording_id: string; reached_at: number; state: string | null; why: string | null }>`
      SELECT reached.recording_id, reached.reached_at, mirror.state, mirror.why FROM hold_recordings AS reached
      LEFT JOIN hold_mirrors AS mirror ON mirror.recording_id = reached.recording_id
      WHERE reached.hold_id = ${holdId} AND reached.recording_id > ${after ?? ''} AND ${this.#sight.recording('reached.recording_id')}
      ${waiting ? sql`AND mirror.state IN ('waiting', 'none')` : sql``} ORDER BY reached.recording_id LIMIT ${limit}`.execute(this.#db);
    return rows.map(({ recording_id, reached_at, state, why }) => ({
      ...{ recordingId: recording_id, reachedAtMs: Number(reached_at), mirror: (state ?? 'waiting') as MirrorState },
      why: why === null ? null : (JSON.parse(why) as Reason),
    }));
  }

  async toReview(beforeMs: number, limit: number): Promise<readonly Hold[]> {
    const due = sql`holds.released_at IS NULL AND holds.review_at < ${beforeMs}`;
    return this.#select(due, limit, sql`holds.review_at, holds.id`);
  }

  async toSpread(limit: number): Promise<readonly string[]> {
    return (await this.#rows.tables.where('holds', `${NOT_SPREAD} ORDER BY id LIMIT ?`, [limit])).map(({ id }) => id);
  }

  async toCheck(atMs: number, limit: number): Promise<readonly string[]> {
    const due = `${IN_FORCE} AND spread_to IS NULL AND (check_at <= ? OR check_at > ?) ORDER BY check_at LIMIT ?`;
    return (await this.#rows.tables.where('holds', due, [atMs, atMs + LATER_MS_MAX, limit])).map(({ id }) => id);
  }

  async toMirror(atMs: number, limit: number): Promise<readonly DueMirror[]> {
    const due = await this.#rows.tables.where('hold_mirrors', `${MIRROR_WAITS} AND (due_at <= ? OR due_at > ?) ORDER BY due_at LIMIT ?`, [
      atMs,
      atMs + LATER_MS_MAX,
      limit,
    ]);
    const wanted: DueMirror[] = [];
    for (const { recording_id: recordingId, attempts, objects } of due)
      wanted.push({ recordingId, held: await this.isHeld(recordingId), attempts, objects: JSON.parse(objects) as HeldObject[] });
    return wanted;
  }

  async refused(limit: number): Promise<readonly { id: string; sinceMs: number }[]> {
    const { rows } = await sql<{ id: string; since_ms: number }>`SELECT holds.id, min(reached.reached_at) AS since_ms
      FROM (SELECT recording_id FROM hold_mirrors WHERE ${sql.raw(MIRROR_REFUSED)} ORDER BY recording_id LIMIT ${REFUSED_MAX}) AS mirror
      JOIN hold_recordings AS reached ON reached.recording_id = mirror.recording_id JOIN holds ON holds.id = reached.hold_id
      WHERE holds.released_at IS NULL AND ${this.#sight.hold()} GROUP BY holds.id ORDER BY holds.id LIMIT ${limit}`.execute(this.#db);
    return rows.map(({ id, since_ms }) => ({ id, sinceMs: Number(since_ms) }));
  }

  heldFacts(holdId: string, page: Page): Promise<readonly HeldFacts[]> {
    return this.#footage.facts(holdId, page);
  }

  numberedFiles(holdId: string, recorder: string): AsyncIterable<NumberedFile> {
    return this.#footage.numberedFiles(holdId, recorder);
  }

  refusedIn(dockingId: string): Promise<number> {
    return this.#footage.refusedIn(dockingId);
  }

  async seesWhole(id: string): Promise<boolean> {
    const [row] = await this.#rows.tables.select('holds', { id });
    return row !== undefined && this.#sight.covers(scopeIn(row));
  }

  withinSight(scope: HoldScope, may?: Scope): Promise<boolean> {
    return (may === undefined ? this.#sight : new HoldSight(this.#rows, may)).covers(scope);
  }

  async #select(condition: RawBuilder<unknown>, limit: number, order = sql`holds.id DESC`): Promise<readonly Hold[]> {
    const { rows } = await sql<Row>`SELECT holds.* FROM holds WHERE ${condition} AND ${this.#sight.hold()}
      ORDER BY ${order} LIMIT ${limit}`.execute(this.#db);
    const holds: Hold[] = [];
    for (const row of rows) holds.push(await this.#sight.shown(toHold(row, await this.#mirroredOf(row))));
    return holds;
  }

  /** Recordings that are not settled are few, and found by their own index; those of a scope are counted one by one. */
  async #mirroredOf({ id, reached }: Row): Promise<Hold['mirrored']> {
    const seen = this.#sight.isAll ? sql`` : sql`AND ${this.#sight.recording('reached.recording_id')}`;
    const { rows } = await sql<{ state: string; n: number }>`SELECT mirror.state, count(*) AS n FROM hold_recordings AS reached
      JOIN hold_mirrors AS mirror ON mirror.recording_id = reached.recording_id
      WHERE reached.hold_id = ${id} ${seen} GROUP BY mirror.state`.execute(this.#db);
    const of = (...states: string[]) => rows.filter(({ state }) => states.includes(state)).reduce((sum, { n }) => sum + Number(n), 0);
    const whole = this.#sight.isAll ? Number(reached) : of('waiting', 'held', 'lifted', 'none');
    return { done: of('held', 'lifted'), of: whole, without: of('none') };
  }
}
