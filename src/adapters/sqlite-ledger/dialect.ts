import { type RawBuilder, sql } from 'kysely';

/**
 * The parts of the ledger's statements that only SQLite understands. All else is plain SQL, and a test runs the same readers and writers on another server with
 * that server's dialect (test/postgres).
 */
export interface Dialect {
  /** A subquery that yields these texts. It has one parameter however many texts there are, so that each statement is prepared once. */
  among(texts: readonly string[]): RawBuilder<string>;
  /** A subquery that yields these numbers, with one parameter. */
  amongNumbers(numbers: readonly number[]): RawBuilder<number>;
  /** A subquery that yields these pairs of a text and a number, with one parameter. */
  amongPairs(pairs: readonly (readonly [string, number])[]): RawBuilder<unknown>;
  /** An expression to put after FROM. It yields the texts of a column that holds a JSON list; their column is `value`. */
  elements(column: string): RawBuilder<unknown>;
  /** The last step of a column that holds the course of a case (a JSON list of `{step, on}`); `open` where it has none. */
  lastStep(column: string): RawBuilder<string>;
  /** A join that reads its left side first. */
  readonly joinInOrder: RawBuilder<unknown>;
  /** A column in a form that does not use its index, where the index is a bad way to find rows. */
  unindexed(column: string): string;
}

export const SQLITE: Dialect = {
  among: (texts) => sql`(SELECT value FROM json_each(${JSON.stringify(texts)}))`,
  amongNumbers: (numbers) => sql`(SELECT value FROM json_each(${JSON.stringify(numbers)}))`,
  amongPairs: (pairs) => sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(pairs)}))`,
  elements: (column) => sql`json_each(${sql.ref(column)})`,
  lastStep: (column) => sql`coalesce(json_extract(${sql.ref(column)}, '$[#-1].step'), 'open')`,
  joinInOrder: sql`CROSS JOIN`,
  unindexed: (column) => `+${column}`,
};
