import { type RawBuilder, sql } from 'kysely';

/**
 * What the statements of this ledger say in SQLite's own way. Everything else in them is plain SQL: a test runs the same readers and writers on another
 * server, with that server's words for these (test/postgres).
 */
export interface Dialect {
  /** A subquery of these texts: one parameter however many there are, so that each statement is prepared once. */
  among(texts: readonly string[]): RawBuilder<string>;
  /** The same for numbers. */
  amongNumbers(numbers: readonly number[]): RawBuilder<number>;
  /** The same for pairs of a text and a number. */
  amongPairs(pairs: readonly (readonly [string, number])[]): RawBuilder<unknown>;
  /** The texts of a column that holds a JSON list of them, as what stands after FROM; their column is `value`. */
  elements(column: string): RawBuilder<unknown>;
  /** A join that looks at its left side first. */
  readonly joinInOrder: RawBuilder<unknown>;
  /** A column whose index is a bad way to find rows here. */
  unindexed(column: string): string;
}

export const SQLITE: Dialect = {
  among: (texts) => sql`(SELECT value FROM json_each(${JSON.stringify(texts)}))`,
  amongNumbers: (numbers) => sql`(SELECT value FROM json_each(${JSON.stringify(numbers)}))`,
  amongPairs: (pairs) => sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(pairs)}))`,
  elements: (column) => sql`json_each(${sql.ref(column)})`,
  joinInOrder: sql`CROSS JOIN`,
  unindexed: (column) => `+${column}`,
};
