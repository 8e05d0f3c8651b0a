import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { canonicalBytes, type Json } from '#domain/canonical-json';
import { apply } from '#domain/custody/apply/apply';
import { PROJECTIONS, type ProjectionName, type RowChange } from '#domain/custody/apply/rows';
import type { CustodyEntry } from '#domain/custody/entry';

/** Cache of the replay's file, KiB; the rest of the file stays on the disk. */
const CACHE_KIB = 16_384;

/** Stands for a value that the log does not tell. No real value is bytes, so it cannot be mistaken for one. */
const UNKNOWN = new Uint8Array();

export type Cell = null | number | string | Uint8Array;
export type Row = { readonly [column: string]: Cell };

export const TABLE_NAMES = Object.keys(PROJECTIONS) as ProjectionName[];

export function columnsOf(table: ProjectionName): readonly string[] {
  return Object.keys(PROJECTIONS[table].columns);
}

function isJson(table: ProjectionName, column: string): boolean {
  return (PROJECTIONS[table].columns as { readonly [column: string]: string })[column] === 'json';
}

export function isUnknown(cell: Cell | undefined): boolean {
  return cell instanceof Uint8Array;
}

/** A value of a change in the ledger's form. JSON is written in its canonical form. */
function cellOf(table: ProjectionName, column: string, value: unknown): Cell {
  if (value === undefined) return UNKNOWN;
  if (value === null) return null;
  if (isJson(table, column)) return canonicalText(value as Json);
  return typeof value === 'boolean' ? Number(value) : (value as number | string);
}

function canonicalText(value: Json): string {
  return new TextDecoder().decode(canonicalBytes(value));
}

/** A value of the ledger in the form of `cellOf`. A text that is no JSON stays as it is, and then equals nothing that the log tells. */
export function sameForm(table: ProjectionName, column: string, cell: Cell): Cell {
  if (typeof cell !== 'string' || !isJson(table, column) || cell === '[]') return cell;
  try {
    return canonicalText(JSON.parse(cell) as Json);
  } catch {
    return cell;
  }
}

/** A column with the place of a row in its group, for tables whose rows are only ever added. */
const PLACE = 'place_';

/**
 * The tables as the log alone makes them, in a file without any of the ledger's rules. Three columns are added: `there_` is 0 where the log removed the row,
 * `added_` is 1 where the log added it, and `seq_` is the last entry that changed it.
 */
export class ReplayStore {
  readonly #raw: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Makes the tables in `file`, which the caller removes in the end. */
  constructor(file: string) {
    this.#raw = new DatabaseSync(file);
    this.#raw.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`);
    for (const table of TABLE_NAMES) this.#raw.exec(tableText(table));
    this.#raw.exec('CREATE INDEX originals_of_recording ON originals (recording_id); BEGIN');
  }

  apply(entry: CustodyEntry): void {
    for (const change of apply(entry).rows) this.#change(change, entry.seq);
  }

  row(table: ProjectionName, key: readonly Cell[]): Row | undefined {
    const where = keyColumns(table).map((column) => `"${column}" = ?`);
    return this.#statement(`SELECT * FROM ${table} WHERE ${where.join(' AND ')}`).get(...key) as Row | undefined;
  }

  /** The rows that exist by the log. */
  rows(table: ProjectionName): Iterable<Row> {
    return this.#raw.prepare(`SELECT * FROM ${table} WHERE there_ = 1`).iterate() as Iterable<Row>;
  }

  /** How many rows of this group were ever added. */
  placesOf(table: ProjectionName, group: Cell): number {
    const [column = ''] = columnsOf(table);
    const row = this.#statement(`SELECT max(${PLACE}) AS n FROM ${table} WHERE "${column}" = ?`).get(group);
    return Number(row?.['n'] ?? 0);
  }

  close(): void {
    this.#raw.close();
  }

  #change(change: RowChange, seq: number): void {
    const { table } = change;
    if (change.does === 'add') this.#add(table, change.row, seq);
    else if (change.does === 'set') this.#set(table, change.where, change.fields, { seq });
    else this.#set(table, change.where, {}, { seq, there_: 0 });
  }

  #add(table: ProjectionName, row: { readonly [column: string]: unknown }, seq: number): void {
    const columns = columnsOf(table);
    const values = columns.map((column) => cellOf(table, column, row[column]));
    const names = columns.map((column) => `"${column}"`);
    const marks = columns.map(() => '?');
    if (PROJECTIONS[table].key === null) {
      const place = this.placesOf(table, values[0] ?? null) + 1;
      this.#run(`INSERT INTO ${table} (${names}, ${PLACE}, there_, added_, seq_) VALUES (${marks}, ?, 1, 1, ?)`, [...values, place, seq]);
    } else this.#run(`REPLACE INTO ${table} (${names}, there_, added_, seq_) VALUES (${marks}, 1, 1, ?)`, [...values, seq]);
  }

  #set(
    table: ProjectionName,
    where: { readonly [column: string]: unknown },
    fields: { readonly [column: string]: unknown },
    { seq, there_ }: { seq: number; there_?: 0 },
  ): void {
    const given = Object.entries(where).map(([column, value]) => [column, cellOf(table, column, value)] as const);
    const now: (readonly [string, Cell])[] = Object.entries(fields).map(([column, value]) => [column, cellOf(table, column, value)]);
    now.push(['seq_', seq], ...(there_ === undefined ? [] : [['there_', there_] as const]));
    const changes = now.map(([column]) => `"${column}" = ?`);
    const conditions = given.map(([column]) => `"${column}" = ?`);
    const values = [...now.map(([, cell]) => cell), ...given.map(([, cell]) => cell)];
    if (this.#run(`UPDATE ${table} SET ${changes} WHERE ${conditions.join(' AND ')}`, values) > 0) return;
    // A change that names the key of a row which the log never added: the row is older than the log, and only these columns of it are known.
    if (keyColumns(table).every((column) => Object.hasOwn(where, column))) this.#insertPart(table, [...given, ...now]);
  }

  #insertPart(table: ProjectionName, told: readonly (readonly [string, Cell])[]): void {
    const cells = new Map<string, Cell>(columnsOf(table).map((column) => [column, UNKNOWN]));
    cells.set('there_', 1);
    cells.set('added_', 0);
    for (const [column, cell] of told) cells.set(column, cell);
    const names = [...cells.keys()].map((column) => `"${column}"`);
    this.#run(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`, [...cells.values()]);
  }

  #run(text: string, values: readonly Cell[]): number {
    return Number(this.#statement(text).run(...values).changes);
  }

  /** A prepared statement. There are as many as combinations of columns that entries change: a few hundred. */
  #statement(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#raw.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

/** The columns by which a row of the replay is found. */
export function keyColumns(table: ProjectionName): readonly string[] {
  return PROJECTIONS[table].key ?? [columnsOf(table)[0] ?? '', PLACE];
}

function tableText(table: ProjectionName): string {
  const columns = [...columnsOf(table).map((column) => `"${column}"`), ...(PROJECTIONS[table].key === null ? [PLACE] : [])];
  const key = keyColumns(table).map((column) => `"${column}"`);
  return `CREATE TABLE ${table} (${columns}, there_, added_, seq_, PRIMARY KEY (${key})) WITHOUT ROWID`;
}
