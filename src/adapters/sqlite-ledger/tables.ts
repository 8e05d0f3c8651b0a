import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Schema } from './schema.ts';

/** A value in SQLite. */
export type Value = null | number | bigint | string | Uint8Array;

/** Runs statements. Each text is prepared once; a `?` stands for each value. */
export interface Statements {
  all(text: string, values: readonly Value[]): Promise<readonly unknown[]>;
  /** Returns how many rows were changed. */
  run(text: string, values: readonly Value[]): Promise<number>;
}

type Table = keyof Schema;
/** Columns and the values that they must have; null: the column must be empty. */
type Equal<T extends Table> = { readonly [C in keyof Selectable<Schema[T]>]?: Selectable<Schema[T]>[C] };

/**
 * Reads and writes rows by the values of their columns, for what is done with every file: to build such a query with Kysely each time takes 0.3 ms. Names of
 * tables and columns and every `tail` are from this adapter's own code. Only values come from outside, and they are bound.
 */
export class Tables {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** `tail`: SQL after the conditions (ORDER BY, LIMIT). */
  select<T extends Table>(table: T, where: Equal<T>, tail = ''): Promise<readonly Selectable<Schema[T]>[]> {
    return this.where(table, `${equalities(where)} ${tail}`, given(where));
  }

  /** `conditions`: SQL from this adapter's own code, with a `?` for each value. */
  async where<T extends Table>(table: T, conditions: string, values: readonly Value[]): Promise<readonly Selectable<Schema[T]>[]> {
    return (await this.#statements.all(`SELECT * FROM ${table} WHERE ${conditions}`, values)) as readonly Selectable<Schema[T]>[];
  }

  /** `tail`: SQL that says what happens where such a row exists already. */
  async insert<T extends Table>(table: T, row: Insertable<Schema[T]>, tail = ''): Promise<void> {
    const columns = Object.keys(row);
    const marks = columns.map(() => '?').join();
    await this.#statements.run(
      `INSERT INTO ${table} (${columns.map(quoted).join()}) VALUES (${marks}) ${tail}`,
      Object.values(row) as Value[],
    );
  }

  /** Inserts a row. A row with the same key takes the new values, but for the columns of `kept`. */
  async upsert<T extends Table>(
    table: T,
    row: Insertable<Schema[T]>,
    key: readonly (keyof Insertable<Schema[T]> & string)[],
    kept: readonly (keyof Insertable<Schema[T]> & string)[] = [],
  ): Promise<void> {
    const changes = Object.keys(row)
      .filter((column) => !([...key, ...kept] as readonly string[]).includes(column))
      .map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
    await this.insert(table, row, `ON CONFLICT (${key.map(quoted).join()}) DO UPDATE SET ${changes.join()}`);
  }

  /** Returns how many rows were changed. */
  update<T extends Table>(table: T, fields: Updateable<Schema[T]>, where: Equal<T>): Promise<number> {
    const changes = Object.keys(fields).map((column) => `${quoted(column)} = ?`);
    const values = [...Object.values(fields), ...given(where)] as Value[];
    return this.#statements.run(`UPDATE ${table} SET ${changes.join()} WHERE ${equalities(where)}`, values);
  }

  /** Returns how many rows were removed. */
  remove<T extends Table>(table: T, where: Equal<T>): Promise<number> {
    return this.#statements.run(`DELETE FROM ${table} WHERE ${equalities(where)}`, given(where) as Value[]);
  }
}

function quoted(column: string): string {
  return `"${column}"`;
}

/** The values for the question marks of `equalities`. */
function given(where: object): Value[] {
  return Object.values(where).filter((value) => value !== null);
}

function equalities(where: object): string {
  return Object.entries(where)
    .map(([column, value]) => `${quoted(column)} ${value === null ? 'IS NULL' : '= ?'}`)
    .join(' AND ');
}
