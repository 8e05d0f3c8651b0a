import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PROJECTIONS, type ProjectionName } from '#domain/custody/apply/rows';
import type { Contradiction } from '#ports/ledger/upkeep';
import { type Cell, columnsOf, isUnknown, keyColumns, type ReplayStore, type Row, sameForm, TABLE_NAMES } from './store.ts';

/** Longest value in a finding, characters. */
const VALUE_MAX = 500;

/** Columns that are compared in another form. A docking that shows a problem is still being read, and the log does not tell what it shows. */
const READ_AS: { readonly [T in ProjectionName]?: { readonly [column: string]: string } } = {
  dockings: { state: "CASE state WHEN 'problem' THEN 'reading' ELSE state END" },
};

/** Tables that no log of byte form 1 knew: no row of theirs is older than the log. */
const NEVER_OLDER: readonly ProjectionName[] = ['retention_schedules', 'retention_dry_runs', 'retention_terms', 'retention_corrections'];

/**
 * By table: what tells whether a row that the log never made can be older than the log. It is a time in the row, or the row to which it belongs. Tables that
 * are not here have neither, so any such row of theirs can be older.
 */
const AGE: {
  readonly [T in ProjectionName]?: { readonly time?: string; readonly of?: { readonly table: ProjectionName; readonly column: string } };
} = {
  dockings: { time: 'arrived_at' },
  recordings: { time: 'created_at' },
  cases: { time: 'created_at' },
  workers: { time: 'invited_at' },
  tokens: { time: 'made_at' },
  kiosks: { time: 'paired_at' },
  pins: { time: 'set_at' },
  badges: { time: 'assigned_at' },
  confirmations: { time: 'at' },
  units: { time: 'created_at' },
  users: { time: 'created_at' },
  user_units: { of: { table: 'users', column: 'user_id' } },
  recording_links: { of: { table: 'recordings', column: 'recording_id' } },
  recording_cases: { of: { table: 'recordings', column: 'recording_id' } },
  originals: { of: { table: 'recordings', column: 'recording_id' } },
  copies: { of: { table: 'recordings', column: 'recording_id' } },
  archive_findings: { time: 'found_at' },
  derivatives: { time: 'created_at', of: { table: 'recordings', column: 'recording_id' } },
  case_events: { of: { table: 'cases', column: 'case_number' } },
  suggestions: { time: 'created_at', of: { table: 'recordings', column: 'recording_id' } },
  call_up_requests: { time: 'asked_at' },
  call_up_grants: { time: 'from_at' },
  grant_recordings: { of: { table: 'call_up_grants', column: 'grant_id' } },
  duties: { time: 'opened_at' },
  shifts: { time: 'set_at' },
  holds: { time: 'set_at' },
  hold_terms: { of: { table: 'holds', column: 'hold_id' } },
  hold_recordings: { time: 'reached_at', of: { table: 'holds', column: 'hold_id' } },
  disposals: { time: 'proposed_at' },
  disposal_items: { of: { table: 'disposals', column: 'disposal_id' } },
  destructions: { time: 'began_at' },
  tombstones: { time: 'at' },
};

/** Columns that follow from other columns of the ledger, with the rule that they must keep. */
const FOLLOWING: readonly { readonly table: ProjectionName; readonly column: string; readonly rule: string }[] = [
  { table: 'recordings', column: 'sort_at', rule: 'coalesce(start_at, created_at)' },
  { table: 'recordings', column: 'case_count', rule: '(SELECT count(*) FROM recording_cases WHERE recording_id = t.id)' },
  { table: 'recording_cases', column: 'sort_at', rule: '(SELECT sort_at FROM recordings WHERE id = t.recording_id)' },
];

/** Compares each row of the ledger with the row that the log gives. */
export class Comparison {
  readonly #ledger: DatabaseSync;
  readonly #replay: ReplayStore;
  /** When this log took over from one of byte form 1, ms since 1970; null if the log is whole. */
  readonly #continuedAtMs: number | null;

  constructor(options: { ledger: DatabaseSync; replay: ReplayStore; continuedAtMs: number | null }) {
    this.#ledger = options.ledger;
    this.#replay = options.replay;
    this.#continuedAtMs = options.continuedAtMs;
  }

  *run(): Generator<Contradiction> {
    for (const table of TABLE_NAMES) {
      if (PROJECTIONS[table].key === null) yield* this.#compareAdded(table);
      else yield* this.#compareKeyed(table);
    }
    for (const { table, column, rule } of FOLLOWING) {
      const key = keyColumns(table);
      const names = key.map((each) => `t."${each}"`);
      const text = `SELECT ${names}, t."${column}" AS found, ${rule} AS told FROM ${table} t WHERE t."${column}" IS NOT ${rule}`;
      for (const row of this.#rows(text)) {
        const values = key.map((each) => row[each] ?? null);
        yield {
          ...this.#about(table, row, values),
          column,
          found: shown(row['found'] ?? null),
          told: shown(row['told'] ?? null),
          entry: null,
        };
      }
    }
  }

  *#compareKeyed(table: ProjectionName): Generator<Contradiction> {
    const key = keyColumns(table);
    for (const row of this.#rows(`SELECT ${selected(table)} FROM ${table}`)) {
      const values = key.map((column) => row[column] ?? null);
      yield* this.#compare(table, row, values, this.#replay.row(table, values));
    }
    const known = this.#ledger.prepare(`SELECT 1 FROM ${table} WHERE ${key.map((column) => `"${column}" = ?`).join(' AND ')}`);
    for (const told of this.#replay.rows(table))
      yield* this.#missing(
        table,
        told,
        key.map((column) => told[column] ?? null),
        known,
      );
  }

  /**
   * Compares rows of tables without a key. The n-th row that the log tells of is the n-th of its group; if the log is not whole, rows are counted from the end.
   */
  *#compareAdded(table: ProjectionName): Generator<Contradiction> {
    const [group = ''] = columnsOf(table);
    const count = this.#ledger.prepare(`SELECT count(*) AS n FROM ${table} WHERE "${group}" = ?`);
    let last: Cell | undefined;
    let place = 0;
    for (const row of this.#rows(`SELECT ${selected(table)} FROM ${table} ORDER BY "${group}", n`)) {
      const own = row[group] ?? null;
      if (own !== last) {
        last = own;
        place = this.#continuedAtMs === null ? 0 : Math.min(0, this.#replay.placesOf(table, own) - Number(count.get(own)?.['n']));
      }
      place += 1;
      if (place > 0) yield* this.#compare(table, row, [own, place], this.#replay.row(table, [own, place]));
    }
    const there = this.#ledger.prepare(`SELECT 1 FROM ${table} WHERE "${group}" = ? LIMIT 1 OFFSET ?`);
    for (const told of this.#replay.rows(table)) {
      const values = keyColumns(table).map((column) => told[column] ?? null);
      const [own = null, at] = values;
      if (!there.get(own, Number(at) - 1))
        yield { ...this.#about(table, told, values), column: null, found: null, told: shownRow(table, told), entry: Number(told['seq_']) };
    }
  }

  *#missing(table: ProjectionName, told: Row, values: readonly Cell[], known: StatementSync): Generator<Contradiction> {
    if (known.get(...values)) return;
    yield { ...this.#about(table, told, values), column: null, found: null, told: shownRow(table, told), entry: Number(told['seq_']) };
  }

  *#compare(table: ProjectionName, row: Row, values: readonly Cell[], told: Row | undefined): Generator<Contradiction> {
    const about = this.#about(table, row, values);
    if (!told && this.#mayBeOlder(table, row)) return;
    if (!told || told['there_'] === 0) {
      yield { ...about, column: null, found: shownRow(table, row), told: null, entry: told ? Number(told['seq_']) : null };
      return;
    }
    for (const column of columnsOf(table)) {
      const says = told[column] ?? null;
      const found = sameForm(table, column, row[column] ?? null);
      if (isUnknown(says) || found === says) continue;
      yield { ...about, column, found: shown(found), told: shown(says), entry: Number(told['seq_']) };
    }
  }

  /** Whether a row of which the log tells nothing can be older than the log. */
  #mayBeOlder(table: ProjectionName, row: Row): boolean {
    if (this.#continuedAtMs === null || NEVER_OLDER.includes(table)) return false;
    const { time, of } = AGE[table] ?? {};
    if (time !== undefined && Number(row[time]) > this.#continuedAtMs) return false;
    return of === undefined || this.#replay.row(of.table, [row[of.column] ?? null])?.['added_'] !== 1;
  }

  #about(table: ProjectionName, row: Row, values: readonly Cell[]): Pick<Contradiction, 'table' | 'row' | 'recordingId'> {
    const recordingId = table === 'recordings' ? row['id'] : row['recording_id'];
    return { table, row: values.map(shown).join(' '), recordingId: typeof recordingId === 'string' ? recordingId : null };
  }

  #rows(text: string): Iterable<Row> {
    return this.#ledger.prepare(text).iterate() as Iterable<Row>;
  }
}

function selected(table: ProjectionName): string {
  const readAs = READ_AS[table] ?? {};
  return columnsOf(table)
    .map((column) => (readAs[column] === undefined ? `"${column}"` : `${readAs[column]} AS "${column}"`))
    .join();
}

function shown(cell: Cell): string {
  return String(cell instanceof Uint8Array ? '…' : cell).slice(0, VALUE_MAX);
}

function shownRow(table: ProjectionName, row: Row): string {
  const values = columnsOf(table).map((column) => `${column} ${shown(row[column] ?? null)}`);
  return values.join(', ').slice(0, VALUE_MAX);
}
