import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { subject, subjectText } from '#domain/custody/subject';
import type { Kind } from '#domain/kind';
import type { RecordingNote } from '#domain/notes';
import { UNIT_DEPTH_MAX } from '#domain/people/unit';
import type { Confidentiality } from '#domain/protection';
import type { RecordingState } from '#domain/recording';
import type { KeptTerm } from '#domain/retention/kept-term';
import type {
  CaseRow,
  Correction,
  KeptDryRun,
  PassedTags,
  RetentionReader,
  RetentionRow,
  ScheduleState,
  ScheduleVersion,
  TiedCaseRow,
} from '#ports/ledger/retention';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { NO_NOTES } from '../migrations.ts';
import type { Schema } from '../schema.ts';
import { toCaseRow, toCorrection, toDryRun, toSchedule, toTerm } from './rows.ts';

const CASE = 'case:';
const TAKEN_IN = sql.raw("('sealed', 'derived', 'archived')");
const CASE_COLUMNS = sql.raw(
  'cases.number, cases.category, cases.stage, cases.confidentiality, cases.opened_on, cases.created_at, cases.steps',
);
/** Counts what is due only where a schedule is in force. */
const IN_FORCE = sql.raw("EXISTS (SELECT 1 FROM retention_schedules WHERE state = 'in-force')");
const TURN = sql.raw('coalesce((SELECT max(turn) FROM retention_schedules), 0)');
const MARKED = sql.raw('EXISTS (SELECT 1 FROM retention_stale WHERE retention_stale.recording_id = retention_terms.recording_id)');
const STALE = sql`CASE WHEN retention_terms.turn < ${TURN} OR ${MARKED} THEN 1 ELSE 0 END AS stale`;

type TermRow = Selectable<Schema['retention_terms']> & { readonly stale: number };
type CaseColumns = Parameters<typeof toCaseRow>[0];

interface FactsRow {
  readonly id: string;
  readonly state: string;
  readonly kind: string;
  readonly category: string | null;
  readonly important: number;
  readonly damaged: number;
  readonly notes: string;
  readonly confidentiality: string | null;
  readonly unit: string | null;
  readonly start_at: number | null;
  readonly claimed_start: string | null;
  readonly arrived_at: number;
  readonly archived_at: number | null;
  readonly duration_ms: number | null;
}

/** Reads schedules, terms and what terms are counted from, over one connection. */
export class SqlRetentionReader implements RetentionReader {
  readonly #db: Kysely<Schema>;
  readonly #dialect: Dialect;

  constructor({ db, dialect }: Rows) {
    this.#db = db;
    this.#dialect = dialect;
  }

  inForce(): Promise<ScheduleVersion | null> {
    return this.#inState('in-force');
  }

  adopted(): Promise<ScheduleVersion | null> {
    return this.#inState('adopted');
  }

  async #inState(state: ScheduleState): Promise<ScheduleVersion | null> {
    const row = await this.#db.selectFrom('retention_schedules').selectAll().where('state', '=', state).executeTakeFirst();
    return row ? toSchedule(row) : null;
  }

  async schedule(version: number): Promise<ScheduleVersion | null> {
    const row = await this.#db.selectFrom('retention_schedules').selectAll().where('version', '=', version).executeTakeFirst();
    return row ? toSchedule(row) : null;
  }

  async schedules({ state, after, limit }: { state?: ScheduleState; after?: number; limit: number }): Promise<readonly ScheduleVersion[]> {
    let query = this.#db.selectFrom('retention_schedules').selectAll().orderBy('version', 'desc').limit(limit);
    if (state !== undefined) query = query.where('state', '=', state);
    if (after !== undefined) query = query.where('version', '<', after);
    return (await query.execute()).map(toSchedule);
  }

  async turn(): Promise<number> {
    const { rows } = await sql<{ turn: number }>`SELECT ${TURN} AS turn`.execute(this.#db);
    return rows[0]?.turn ?? 0;
  }

  async firstInForceMs(): Promise<number | null> {
    const found = await sql<{
      at: number | null;
    }>`SELECT min(in_force_at) AS at FROM retention_schedules WHERE state IN ('in-force', 'former')`.execute(this.#db);
    return found.rows[0]?.at ?? null;
  }

  async dryRun(version: number): Promise<KeptDryRun | null> {
    const row = await this.#db.selectFrom('retention_dry_runs').selectAll().where('version', '=', version).executeTakeFirst();
    return row ? toDryRun(row) : null;
  }

  async termOf(recordingId: string): Promise<KeptTerm | null> {
    const { rows } =
      await sql<TermRow>`SELECT retention_terms.*, ${STALE} FROM retention_terms WHERE recording_id = ${recordingId}`.execute(this.#db);
    return rows[0] ? toTerm(rows[0]) : null;
  }

  async terms(recordingIds: readonly string[]): Promise<readonly KeptTerm[]> {
    const { rows } = await sql<TermRow>`SELECT retention_terms.*, ${STALE} FROM retention_terms
      WHERE recording_id IN ${this.#dialect.among(recordingIds)} ORDER BY recording_id`.execute(this.#db);
    return rows.map(toTerm);
  }

  async passed(recordingIds: readonly string[], sinceMs: number): Promise<readonly PassedTags[]> {
    const subjects = recordingIds.map((id) => subjectText(subject('recording', id)));
    const { rows } = await sql<{ subject: string; name: string; value: string }>`SELECT facts.subject, facts.name, facts.value FROM facts
      LEFT JOIN retention_terms ON facts.subject = 'recording:' || retention_terms.recording_id
      WHERE facts.subject IN ${this.#dialect.among(subjects)} AND (facts.name IN ('category', 'important') OR facts.name LIKE 'case:%')
        AND facts.value NOT IN ('null', 'false')
        AND CASE WHEN retention_terms.counted_seq IS NULL THEN facts."from" >= ${sinceMs} ELSE facts.seq > retention_terms.counted_seq END
      ORDER BY facts.subject, facts.seq`.execute(this.#db);
    return [...Map.groupBy(rows, (row) => row.subject).entries()].map(([text, told]) => ({
      recordingId: text.slice('recording:'.length),
      categories: [...new Set(told.flatMap(({ name, value }) => (name === 'category' ? [JSON.parse(value) as string] : [])))],
      cases: [...new Set(told.flatMap(({ name }) => (name.startsWith(CASE) ? [name.slice(CASE.length)] : [])))],
      important: told.some(({ name }) => name === 'important'),
    }));
  }

  async due(
    beforeMs: number,
    { after, limit }: { readonly after?: Pick<KeptTerm, 'recordingId' | 'earnedUntilMs'>; readonly limit: number },
  ): Promise<readonly KeptTerm[]> {
    const { rows } = await sql<TermRow>`SELECT retention_terms.*, 0 AS stale FROM retention_terms
      WHERE earned_kind = 'instant' AND earned_until < ${beforeMs}
        AND (earned_until, recording_id) > (${after?.earnedUntilMs ?? 0}, ${after?.recordingId ?? ''})
        AND turn >= ${TURN} AND ${IN_FORCE} AND NOT ${MARKED}
        AND (SELECT state FROM recordings WHERE id = retention_terms.recording_id) IN ${TAKEN_IN}
      ORDER BY earned_until, recording_id LIMIT ${limit}`.execute(this.#db);
    return rows.map(toTerm);
  }

  async conflicts({ after, limit }: { readonly after?: string; readonly limit: number }): Promise<readonly KeptTerm[]> {
    const { rows } = await sql<TermRow>`SELECT retention_terms.*, ${STALE} FROM retention_terms
      WHERE conflict = 1 AND recording_id > ${after ?? ''} ORDER BY recording_id LIMIT ${limit}`.execute(this.#db);
    return rows.map(toTerm);
  }

  async stale(limit: number): Promise<readonly string[]> {
    const marked = await this.#db.selectFrom('retention_stale').select('recording_id').orderBy('recording_id').limit(limit).execute();
    const ids = marked.map(({ recording_id }) => recording_id);
    if (ids.length >= limit) return ids;
    const old = await sql<{ recording_id: string }>`SELECT recording_id FROM retention_terms WHERE turn < ${TURN} AND NOT ${MARKED}
      ORDER BY turn, recording_id LIMIT ${limit - ids.length}`.execute(this.#db);
    return [...ids, ...old.rows.map(({ recording_id }) => recording_id)];
  }

  async staleCount(): Promise<number> {
    const { rows } = await sql<{ n: number }>`SELECT (SELECT count(*) FROM retention_stale)
      + (SELECT count(*) FROM retention_terms WHERE turn < ${TURN} AND NOT ${MARKED}) AS n`.execute(this.#db);
    return rows[0]?.n ?? 0;
  }

  async rows(recordingIds: readonly string[]): Promise<readonly RetentionRow[]> {
    const ids = this.#dialect.among(recordingIds);
    return this.#rows(sql`recordings.id IN ${ids}`, (column) => sql`${column} IN ${ids}`);
  }

  async rowsAfter(after: string, limit: number): Promise<readonly RetentionRow[]> {
    // By id, not by state: nearly all recordings are in one of these states.
    const state = sql.raw(this.#dialect.unindexed('recordings.state'));
    const page = await sql<{
      id: string;
    }>`SELECT id FROM recordings WHERE id > ${after} AND ${state} IN ${TAKEN_IN} ORDER BY id LIMIT ${limit}`.execute(this.#db);
    const last = page.rows.at(-1)?.id;
    if (last === undefined) return [];
    const within = (column: RawBuilder<unknown>) => sql`${column} > ${after} AND ${column} <= ${last}`;
    return this.#rows(sql`${within(sql.raw('recordings.id'))} AND ${state} IN ${TAKEN_IN}`, within);
  }

  async #rows(which: RawBuilder<unknown>, of: (column: RawBuilder<unknown>) => RawBuilder<unknown>): Promise<readonly RetentionRow[]> {
    const db = this.#db;
    // By recording: there may be as many open suggestions as recordings, and each page would look through all of them.
    const open = sql.raw(this.#dialect.unindexed('suggestions.state'));
    const [found, sums, tagged, suggested, above] = await Promise.all([
      sql<FactsRow>`SELECT recordings.id, recordings.state, recordings.kind, recordings.category, recordings.important, recordings.damaged,
          recordings.notes, recordings.confidentiality, officers.unit, recordings.start_at, recordings.claimed_start, dockings.arrived_at,
          recordings.archived_at, recordings.duration_ms
        FROM recordings JOIN dockings ON dockings.id = recordings.docking_id LEFT JOIN officers ON officers.id = recordings.officer_id
        WHERE ${which} ORDER BY recordings.id`.execute(db),
      sql<{ recording_id: string; bytes: number; sealed: number | null }>`SELECT recording_id, sum(bytes) AS bytes, max(sealed_at) AS sealed
        FROM originals WHERE ${of(sql.raw('recording_id'))} GROUP BY recording_id`.execute(db),
      sql<CaseColumns & { recording_id: string }>`SELECT recording_cases.recording_id, ${CASE_COLUMNS} FROM recording_cases
        JOIN cases ON cases.number = recording_cases.case_number WHERE ${of(sql.raw('recording_cases.recording_id'))}`.execute(db),
      sql<CaseColumns & { recording_id: string }>`SELECT DISTINCT suggestions.recording_id, ${CASE_COLUMNS} FROM suggestions
        JOIN cases ON cases.number = suggestions.case_number
        WHERE ${open} = 'open' AND ${of(sql.raw('suggestions.recording_id'))}`.execute(db),
      this.#unitsAbove(),
    ]);
    const sumOf = new Map(sums.rows.map((row) => [row.recording_id, row]));
    const taggedOf = Map.groupBy(tagged.rows, (row) => row.recording_id);
    const suggestedOf = Map.groupBy(suggested.rows, (row) => row.recording_id);
    return found.rows.map((row) => {
      const tags = tied(taggedOf.get(row.id), 'tagged');
      const numbers = new Set(tags.map(({ number }) => number));
      const open = tied(suggestedOf.get(row.id), 'suggested').filter(({ number }) => !numbers.has(number));
      const cases = [...tags, ...open].toSorted((one, other) => (one.number < other.number ? -1 : 1));
      return toRow(row, { sum: sumOf.get(row.id), cases, units: row.unit === null ? [] : above(row.unit) });
    });
  }

  /** A function that gives a unit and all units above it, nearest first. There are a few hundred units at most. */
  async #unitsAbove(): Promise<(unit: string) => readonly string[]> {
    const units = await this.#db.selectFrom('units').select(['id', 'parent']).execute();
    const parents = new Map(units.map(({ id, parent }) => [id, parent]));
    const known = new Map<string, readonly string[]>();
    return (unit) => {
      const before = known.get(unit);
      if (before) return before;
      const above: string[] = [];
      // The bound of steps ends a cycle that somebody wrote into the file.
      for (let at: string | null = unit; at !== null && above.length <= UNIT_DEPTH_MAX; at = parents.get(at) ?? null) above.push(at);
      known.set(unit, above);
      return above;
    };
  }

  async cases(numbers: readonly string[]): Promise<readonly CaseRow[]> {
    const { rows } =
      await sql<CaseColumns>`SELECT ${CASE_COLUMNS} FROM cases WHERE number IN ${this.#dialect.among(numbers)} ORDER BY number`.execute(
        this.#db,
      );
    return rows.map(toCaseRow);
  }

  async correction(number: number): Promise<Correction | null> {
    const row = await this.#db.selectFrom('retention_corrections').selectAll().where('number', '=', number).executeTakeFirst();
    return row ? toCorrection(row) : null;
  }

  async corrections({
    state,
    after,
    limit,
  }: {
    state?: Correction['state'];
    after?: number;
    limit: number;
  }): Promise<readonly Correction[]> {
    let query = this.#db.selectFrom('retention_corrections').selectAll().orderBy('number', 'desc').limit(limit);
    if (state !== undefined) query = query.where('state', '=', state);
    if (after !== undefined) query = query.where('number', '<', after);
    return (await query.execute()).map(toCorrection);
  }
}

function tied(rows: readonly CaseColumns[] | undefined, tie: TiedCaseRow['tie']): readonly TiedCaseRow[] {
  return (rows ?? []).map((row) => ({ ...toCaseRow(row), tie }));
}

interface Beside {
  readonly sum: { readonly bytes: number; readonly sealed: number | null } | undefined;
  readonly cases: readonly TiedCaseRow[];
  readonly units: readonly string[];
}

function toRow(row: FactsRow, { sum, cases, units }: Beside): RetentionRow {
  return {
    recordingId: row.id,
    state: row.state as RecordingState,
    kind: row.kind as Kind,
    category: row.category,
    important: row.important === 1,
    damaged: row.damaged === 1,
    foundInBin: row.notes !== NO_NOTES && (JSON.parse(row.notes) as readonly RecordingNote[]).some(({ code }) => code === 'found-in-bin'),
    confidentiality: row.confidentiality as Confidentiality | null,
    units,
    startMs: row.start_at,
    claimedStart: row.claimed_start,
    dockedMs: row.arrived_at,
    sealedMs: sum?.sealed ?? null,
    archivedMs: row.state === 'archived' ? row.archived_at : null,
    durationMs: row.duration_ms,
    bytes: sum?.bytes ?? 0,
    cases,
  };
}
