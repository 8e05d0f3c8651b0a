import { Kysely, PostgresDialect, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import type { Rows } from '#adapters/sqlite-ledger/connection';
import type { Dialect } from '#adapters/sqlite-ledger/dialect';
import type { Schema } from '#adapters/sqlite-ledger/schema';
import { Tables, type Value } from '#adapters/sqlite-ledger/tables';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const BYTEA = 17;
const INT8 = 20;
const NUMERIC = 1700;
const CLASS_CONSTRAINT = '23';
const RAISED = 'P0001';

const POSTGRES: Dialect = {
  among: (texts) => sql`(SELECT unnest(${texts}::text[]))`,
  amongNumbers: (numbers) => sql`(SELECT unnest(${numbers}::bigint[]))`,
  amongPairs: (pairs) =>
    sql`(SELECT * FROM unnest(${pairs.map(([text]) => text)}::text[], ${pairs.map(([, number]) => number)}::bigint[]))`,
  elements: (column) => sql`json_array_elements_text(${sql.ref(column)}::json) AS value`,
  lastStep: (column) => sql`coalesce(${sql.ref(column)}::json -> -1 ->> 'step', 'open')`,
  joinInOrder: sql`JOIN`,
  unindexed: (column) => column,
};

const bytesOf = pg.types.getTypeParser(BYTEA, 'text') as (text: string) => Buffer;

/** How values of the server become values of the ledger: numbers are all below 2^53, and bytes are no Buffer. */
const TYPES = {
  getTypeParser: (id: number, format?: 'text' | 'binary') => {
    if (id === INT8 || id === NUMERIC) return Number;
    if (id === BYTEA) return (text: string) => new Uint8Array(bytesOf(text));
    return pg.types.getTypeParser(id, format as 'text');
  },
};

/** Turns an error of the server into the ledger's, as `ledgerError` of the SQLite ledger does. */
function ledgerError(thrown: unknown): unknown {
  if (thrown instanceof EvidockError || !(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return thrown;
  const broken = thrown.code.startsWith(CLASS_CONSTRAINT) || thrown.code === RAISED;
  return new EvidockError(broken ? 'request.conflict' : 'ledger.failed', because('said', { text: thrown.message }), thrown);
}

/** A connection that runs one statement at a time. */
export class PostgresConnection implements Rows {
  readonly db: Kysely<Schema>;
  readonly tables: Tables;
  readonly dialect = POSTGRES;
  readonly #client: pg.Client;
  /** Refuses statements outside a transaction: one that was begun and not awaited would commit on its own. */
  readonly #transactionsOnly: boolean;
  #isOpen = false;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(client: pg.Client, transactionsOnly: boolean) {
    this.#client = client;
    this.#transactionsOnly = transactionsOnly;
    const query = (text: string, values: readonly unknown[]) => this.#ask(text, values);
    const connection = { query, release: () => undefined } as unknown as PostgresPoolClient;
    this.db = new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: { connect: async () => connection, end: async () => undefined, options: {} } }),
    });
    this.tables = new Tables({
      all: async (text, values) => (await this.#ask(numbered(text), values)).rows,
      run: async (text, values: readonly Value[]) => (await this.#ask(numbered(text), values)).rowCount ?? 0,
    });
  }

  static async open(config: pg.ClientConfig, { transactionsOnly }: { transactionsOnly: boolean }): Promise<PostgresConnection> {
    const client = new pg.Client({ ...config, types: TYPES });
    await client.connect();
    return new PostgresConnection(client, transactionsOnly);
  }

  async #ask(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    if (this.#transactionsOnly && !this.#isOpen)
      throw new EvidockError('station.internal', because('said', { text: 'a ledger write outside its transaction' }));
    return this.#send(text, values);
  }

  #send(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const turn = this.#last.then(() => this.#client.query(text, [...values]));
    this.#last = turn.catch(() => undefined);
    return turn.catch((error: unknown) => Promise.reject(ledgerError(error)));
  }

  /** Runs `body` as one transaction, after all those that other connections have begun. The ledger has one writer at a time, in whatever process. */
  async transaction<T>(body: () => Promise<T>): Promise<T> {
    await this.#send('BEGIN');
    this.#isOpen = true;
    try {
      await this.#send('SELECT pg_advisory_xact_lock(1)');
      const result = await body();
      this.#isOpen = false;
      await this.#send('COMMIT');
      return result;
    } catch (error) {
      this.#isOpen = false;
      await this.#send('ROLLBACK');
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#client.end();
  }
}

/** Replaces each `?` by `$1`, `$2` and so on. The texts of `Tables` have no other question mark. */
function numbered(text: string): string {
  let n = 0;
  return text.replaceAll('?', () => {
    n += 1;
    return `$${n}`;
  });
}
