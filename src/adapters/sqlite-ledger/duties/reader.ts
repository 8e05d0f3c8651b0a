import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Duty, DutyKind } from '#domain/duties/duty';
import type { LockDutyFacts, RecorderDutyFacts, RecordingDutyFacts } from '#domain/duties/facts';
import type { Kind } from '#domain/kind';
import { lockNeedOf } from '#domain/lock/need';
import type { RecordingState } from '#domain/recording';
import type { LockWish } from '#domain/retention/schedule';
import type { Until } from '#domain/retention/until';
import type { Scope } from '#domain/scope';
import { SHIFT_MS_MAX } from '#domain/shifts/shift';
import type { DutiesReader, DutyFilter, DutyPage, DutySpan, Touched } from '#ports/ledger/duties';
import type { Page } from '#ports/ledger/page';
import type { Rows } from '../connection.ts';
import { HoldSight } from '../hold-sight.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import { numberGaps } from './number-gaps.ts';
import { type DutyRow, toDuty } from './rows.ts';

/** Duties of one span. A span is a page of recordings or recorders, each with a few, or what concerns the station as a whole. */
const STANDING_MAX = 20_000;
const NOT_DONE = sql`duties.state <> 'done'`;

/** People begin before their shift and go on after it. */
const SHIFT_MARGIN_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** NULL where nobody knows: no officer, no start, or no shift of anybody within a day of it. */
const ON_SHIFT = sql`CASE
  WHEN rec.officer_id IS NULL OR rec.start_at IS NULL THEN NULL
  WHEN EXISTS (SELECT 1 FROM shifts WHERE shifts.officer_id = rec.officer_id AND shifts.start_at >= rec.start_at - ${SHIFT_MS_MAX + SHIFT_MARGIN_MS}
    AND shifts.start_at <= rec.start_at + coalesce(rec.duration_ms, 0) + ${SHIFT_MARGIN_MS} AND shifts.end_at >= rec.start_at - ${SHIFT_MARGIN_MS}) THEN 1
  WHEN EXISTS (SELECT 1 FROM shifts WHERE shifts.start_at BETWEEN rec.start_at - ${DAY_MS} AND rec.start_at + ${DAY_MS}) THEN 0
  ELSE NULL END`;

interface RecordingFactsRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly unit: string | null;
  readonly start_at: number | null;
  readonly duration_ms: number | null;
  readonly created_at: number;
  readonly category: string | null;
  readonly case_count: number;
  readonly damaged: number;
  readonly archived_at: number | null;
  readonly conflict: number | null;
  readonly maximum_ms: number | null;
  readonly earned_kind: string | null;
  readonly earned_until: number | null;
  readonly lock: string | null;
  readonly unlocked: number;
  readonly lock_ends: number | null;
  readonly refused_at: number | null;
  readonly on_shift: number | null;
}

interface RecorderFactsRow {
  readonly serial: string;
  readonly unit: string | null;
  readonly last_seen_at: number | null;
  readonly docked: number;
  readonly clock_offset_ms: number | null;
}

/** Originals that the keeper of locks has looked at. */
const LOOKED_AT = sql`copies.lock_due_at IS NOT NULL AND copies.lock_checked_at IS NOT NULL`;

const sizeOf = (page: DutyPage) => ('ids' in page ? page.ids.length : page.limit);

function between(
  column: RawBuilder<unknown>,
  { after, upTo }: { readonly after: string; readonly upTo: string | null },
): RawBuilder<unknown> {
  return upTo === null ? sql`${column} > ${after}` : sql`${column} > ${after} AND ${column} <= ${upTo}`;
}

function locksOf({ earned_kind, earned_until, lock, unlocked, lock_ends, refused_at }: RecordingFactsRow): LockDutyFacts {
  const kept = { unlocked: Number(unlocked), endsMs: numberOrNull(lock_ends), refusedSinceMs: numberOrNull(refused_at) };
  if (lock === null || earned_kind === null) return { neededUntil: null, ...kept };
  const wish = JSON.parse(lock) as LockWish;
  const term = { earnedKind: earned_kind as Until['kind'], earnedUntilMs: numberOrNull(earned_until), maximum: null, conflict: false };
  return { neededUntil: wish.mode === 'none' ? null : lockNeedOf({ ...term, lock: wish }).until, ...kept };
}

const numberOrNull = (value: number | null) => (value === null ? null : Number(value));

/** Reads duties, and what they follow from, over one connection. */
export class SqlDutiesReader implements DutiesReader {
  readonly #db: Kysely<Schema>;
  readonly #rows: Rows;
  readonly #sight: Sight;
  readonly #holds: HoldSight;

  constructor(rows: Rows, scope: Scope = 'all') {
    this.#db = rows.db;
    this.#rows = rows;
    this.#sight = new Sight(scope, rows.dialect);
    this.#holds = new HoldSight(rows, scope);
  }

  async get(id: string): Promise<Duty | null> {
    const [found] = await this.#select(sql`duties.id = ${id}`, sql`duties.id`, 1);
    return found ?? null;
  }

  async list({ state, kind, overdueAtMs, ownedBy, after, limit }: DutyFilter & Page): Promise<readonly Duty[]> {
    const conditions: RawBuilder<unknown>[] = [state === 'done' ? sql`duties.state = 'done'` : NOT_DONE];
    if (state !== undefined) conditions.push(sql`duties.state = ${state}`);
    if (kind !== undefined) conditions.push(sql`duties.kind = ${kind}`);
    if (overdueAtMs !== undefined) conditions.push(sql`duties.state = 'open' AND duties.due_at <= ${overdueAtMs}`);
    if (ownedBy !== undefined) {
      const { roles, units } = ownedBy;
      conditions.push(sql`duties.owner_role IN ${this.#rows.dialect.among(roles)}`);
      if (units !== null) conditions.push(sql`(duties.owner_unit IS NULL OR duties.owner_unit IN ${this.#rows.dialect.among(units)})`);
    }
    if (after !== undefined) conditions.push(sql`duties.id < ${after}`);
    return this.#select(sql`${sql.join(conditions, sql` AND `)}`, sql`duties.id DESC`, limit);
  }

  untold(nowMs: number, limit: number): Promise<readonly Duty[]> {
    const told = sql`EXISTS (SELECT 1 FROM duty_tellings WHERE duty_tellings.duty_id = duties.id)`;
    return this.#select(sql`duties.state = 'open' AND duties.due_at <= ${nowMs} AND NOT ${told}`, sql`duties.due_at, duties.id`, limit);
  }

  during({ fromMs, untilMs }: { fromMs: number; untilMs: number }, { after, limit }: Page): Promise<readonly Duty[]> {
    const open = sql`duties.opened_at < ${untilMs} AND (duties.done_at IS NULL OR duties.done_at >= ${fromMs})`;
    return this.#select(sql`${open} AND duties.id > ${after ?? ''}`, sql`duties.id`, limit);
  }

  async counts(nowMs: number): Promise<readonly { readonly kind: DutyKind; readonly open: number; readonly overdue: number }[]> {
    const { rows } = await sql<{ kind: string; open: number; overdue: number }>`
      SELECT duties.kind, count(*) AS open, sum(CASE WHEN duties.state = 'open' AND duties.due_at <= ${nowMs} THEN 1 ELSE 0 END) AS overdue
      FROM duties WHERE ${NOT_DONE} AND ${this.#isSeen()} GROUP BY duties.kind ORDER BY duties.kind`.execute(this.#db);
    return rows.map(({ kind, open, overdue }) => ({ kind: kind as DutyKind, open: Number(open), overdue: Number(overdue) }));
  }

  standing({ subjects, ...span }: DutySpan): Promise<readonly Duty[]> {
    const within = 'ids' in span ? this.#within(sql`duties.subject_id`, span) : between(sql`duties.subject_id`, span);
    const standing = sql`${NOT_DONE} AND duties.subject_kind IN ${this.#rows.dialect.among(subjects)} AND ${within}`;
    return this.#select(standing, sql`duties.id`, STANDING_MAX);
  }

  #within(column: RawBuilder<unknown>, page: { readonly ids: readonly string[] } | { readonly after: string }): RawBuilder<unknown> {
    return 'ids' in page ? sql`${column} IN ${this.#rows.dialect.among(page.ids)}` : sql`${column} > ${page.after}`;
  }

  async recordingFacts(page: DutyPage): Promise<readonly RecordingDutyFacts[]> {
    const { rows } = await sql<RecordingFactsRow>`
      SELECT rec.id, rec.kind, rec.state, officers.unit, rec.start_at, rec.duration_ms, rec.created_at, rec.category, rec.case_count, rec.damaged,
        rec.archived_at, term.conflict, term.maximum_ms, term.lock, term.earned_kind, term.earned_until, refused.at AS refused_at,
        (SELECT count(*) FROM copies WHERE copies.recording_id = rec.id AND ${LOOKED_AT} AND copies.lock_mode IS NULL) AS unlocked,
        (SELECT min(copies.locked_until) FROM copies WHERE copies.recording_id = rec.id AND ${LOOKED_AT}) AS lock_ends,
        ${ON_SHIFT} AS on_shift
      FROM recordings AS rec LEFT JOIN officers ON officers.id = rec.officer_id LEFT JOIN retention_terms AS term ON term.recording_id = rec.id
        LEFT JOIN (SELECT recording_id, min(found_at) AS at FROM archive_findings WHERE kind = 'unlocked' AND settled_at IS NULL
          GROUP BY recording_id) AS refused ON refused.recording_id = rec.id
      WHERE ${this.#within(sql`rec.id`, page)} AND ${this.#sight.row('rec')} ORDER BY rec.id LIMIT ${sizeOf(page)}`.execute(this.#db);
    const gaps = await numberGaps(
      this.#rows,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({
      ...{ id: row.id, kind: row.kind as Kind, state: row.state as RecordingState, unit: row.unit, category: row.category },
      ...{ startMs: numberOrNull(row.start_at), durationMs: numberOrNull(row.duration_ms), dockedMs: Number(row.created_at) },
      ...{ cases: Number(row.case_count), damaged: Number(row.damaged) === 1, conflict: Number(row.conflict ?? 0) === 1 },
      maximumMs: numberOrNull(row.maximum_ms),
      ...{ locks: locksOf(row), archivedMs: numberOrNull(row.archived_at), numbersMissing: gaps.get(row.id) ?? null },
      onShift: row.on_shift === null ? null : Number(row.on_shift) === 1,
    }));
  }

  async recorderFacts(page: DutyPage): Promise<readonly RecorderDutyFacts[]> {
    const { rows } = await sql<RecorderFactsRow>`
      SELECT recorders.serial, officers.unit, recorders.last_seen_at,
        (SELECT count(*) FROM dockings WHERE dockings.recorder_serial = recorders.serial AND dockings.removed_at IS NULL) AS docked,
        (SELECT dockings.clock_offset_ms FROM dockings WHERE dockings.recorder_serial = recorders.serial ORDER BY dockings.id DESC LIMIT 1) AS clock_offset_ms
      FROM recorders LEFT JOIN officers ON officers.id = recorders.assigned_officer_id
      WHERE ${this.#within(sql`recorders.serial`, page)} ORDER BY recorders.serial LIMIT ${sizeOf(page)}`.execute(this.#db);
    return rows.map(({ serial, unit, last_seen_at, docked, clock_offset_ms }) => ({
      ...{ serial, unit, lastSeenMs: numberOrNull(last_seen_at), docked: Number(docked) > 0, clockOffsetMs: numberOrNull(clock_offset_ms) },
    }));
  }

  async touched({ after, upTo }: { readonly after: number; readonly upTo: number }): Promise<Touched> {
    const entries = sql`FROM custody WHERE custody.seq > ${after} AND custody.seq <= ${upTo}`;
    const named = (kind: string) =>
      sql`(SELECT substr(custody.subject, ${kind.length + 2}) ${entries} AND custody.subject LIKE ${`${kind}:%`})`;
    const { rows: recordings } = await sql<{ id: string }>`SELECT rec.id FROM recordings AS rec WHERE rec.id IN ${named('recording')}
      UNION SELECT originals.recording_id FROM originals WHERE originals.id IN ${named('original')}
      UNION SELECT originals.recording_id FROM originals WHERE originals.docking_id IN ${named('docking')}`.execute(this.#db);
    const { rows: recorders } = await sql<{
      serial: string;
    }>`SELECT recorders.serial FROM recorders WHERE recorders.serial IN ${named('recorder')}
      UNION SELECT dockings.recorder_serial FROM dockings WHERE dockings.id IN ${named('docking')}`.execute(this.#db);
    const { rows: others } = await sql`SELECT 1 AS one ${entries} AND NOT (custody.subject LIKE 'recording:%'
      OR custody.subject LIKE 'original:%' OR custody.subject LIKE 'docking:%' OR custody.subject LIKE 'recorder:%' OR custody.subject LIKE 'duty:%')
      LIMIT 1`.execute(this.#db);
    return { recordings: recordings.map(({ id }) => id), recorders: recorders.map(({ serial }) => serial), others: others.length > 0 };
  }

  async #select(condition: RawBuilder<unknown>, order: RawBuilder<unknown>, limit: number): Promise<readonly Duty[]> {
    const { rows } = await sql<DutyRow>`SELECT duties.* FROM duties WHERE ${condition} AND ${this.#isSeen()}
      ORDER BY ${order} LIMIT ${limit}`.execute(this.#db);
    return rows.map(toDuty);
  }

  /** A duty about footage or a hold tells that this is there: it is for those who see it. */
  #isSeen(): RawBuilder<unknown> {
    if (this.#sight.isAll) return sql`1 = 1`;
    return sql`((duties.subject_kind <> 'recording' OR ${this.#sight.recording('duties.subject_id')})
      AND (duties.subject_kind <> 'hold' OR EXISTS (SELECT 1 FROM holds WHERE holds.id = duties.subject_id AND ${this.#holds.hold()})))`;
  }
}
