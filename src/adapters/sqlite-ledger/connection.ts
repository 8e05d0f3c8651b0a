import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import { LRUCache } from 'lru-cache';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import { type Dialect, SQLITE } from './dialect.ts';
import type { Schema } from './schema.ts';
import { type Statements, Tables, type Value } from './tables.ts';

const STATEMENTS_MAX = 200;
/**
 * Cache of the reading connection, KiB. It holds the inner pages of all indexes of a ledger of a million recordings, and fills only as far as the ledger is
 * large.
 */
const READ_CACHE_KIB = 65_536;
const WRITE_CACHE_KIB = 16_384;

/** Primary result codes of SQLite (sqlite.org/rescode.html); the low byte of an extended code. */
const SQLITE_BUSY = 5;
const SQLITE_CONSTRAINT = 19;

interface Prepared {
  readonly statement: StatementSync;
  /** Names of the result's columns; none for a statement that returns nothing. */
  readonly columns: readonly string[];
}

/**
 * SQLite's statements that make tables are part of a transaction like all others, and Kysely asks whether they are: so all migrations of a start are one
 * transaction. A start that is killed in their midst leaves the ledger as it was, and a new ledger needs one fsync and not one for each statement.
 */
class LedgerDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** node:sqlite with a bounded cache of prepared statements, for `Tables` and in the shape that Kysely's SQLite dialect expects. */
class StatementCache implements Statements {
  /** Refuses statements outside a transaction: one that was begun and not awaited would commit on its own. */
  transactionsOnly = false;
  readonly #raw: DatabaseSync;
  readonly #statements = new LRUCache<string, Prepared>({ max: STATEMENTS_MAX });

  constructor(raw: DatabaseSync) {
    this.#raw = raw;
  }

  close(): void {
    this.#raw.close();
  }

  prepare(text: string) {
    const { statement, columns } = translated(() => this.#cached(text));
    return {
      reader: columns.length > 0,
      all: (parameters: readonly unknown[]) => this.#run(() => rowsOf(columns, statement.all(...(parameters as Value[])))),
      run: (parameters: readonly unknown[]) => this.#run(() => statement.run(...(parameters as Value[]))),
      // Only Kysely's stream() would call this, and lists here are paged instead.
      iterate: () => {
        throw new EvidockError('station.internal', because('no-streams', {}));
      },
    };
  }

  async all(text: string, values: readonly Value[]): Promise<readonly unknown[]> {
    return this.prepare(text).all(values);
  }

  async run(text: string, values: readonly Value[]): Promise<number> {
    return Number(this.prepare(text).run(values).changes);
  }

  #cached(text: string): Prepared {
    const before = this.#statements.get(text);
    if (before) return before;
    const prepared = this.#prepared(text);
    this.#statements.set(text, prepared);
    return prepared;
  }

  #prepared(text: string): Prepared {
    const statement = this.#raw.prepare(text);
    statement.setReturnArrays(true);
    return { statement, columns: statement.columns().map((column) => column.name) };
  }

  #run<T>(body: () => T): T {
    if (this.transactionsOnly && !this.#raw.isTransaction) throw new EvidockError('station.internal', because('outside-transaction', {}));
    return translated(body);
  }
}

/** Rows as plain objects. node:sqlite's own rows have no prototype, and reading a page of them takes nearly twice as long. */
function rowsOf(columns: readonly string[], arrays: readonly unknown[]): Record<string, unknown>[] {
  return arrays.map((values) => {
    const row: Record<string, unknown> = {};
    for (let at = 0; at < columns.length; at++) row[columns[at] ?? ''] = (values as readonly unknown[])[at];
    return row;
  });
}

/**
 * The two ways to the rows of a connection, Kysely and `Tables`. Both use one cache of prepared statements, and both work only inside a transaction where that
 * is demanded.
 */
export type Rows = Pick<Connection, 'db' | 'tables' | 'dialect'>;

export interface Connection {
  readonly raw: DatabaseSync;
  readonly db: Kysely<Schema>;
  readonly tables: Tables;
  readonly dialect: Dialect;
  /** From now on every statement must be inside a transaction. */
  demandTransactions(): void;
}

/** Opens one connection. `synchronous=FULL` in WAL mode: a commit is on the disk when it returns. Throws ledger.failed. */
export function connect(file: string, options: { readOnly: boolean }): Connection {
  return translated(() => {
    const raw = new DatabaseSync(file, { readOnly: options.readOnly, timeout: 5000 });
    try {
      if (!options.readOnly) raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
      raw.exec(
        `PRAGMA foreign_keys = ON; PRAGMA cache_size = -${options.readOnly ? READ_CACHE_KIB : WRITE_CACHE_KIB}; PRAGMA temp_store = MEMORY`,
      );
    } catch (error) {
      raw.close();
      throw error;
    }
    const database = new StatementCache(raw);
    const demandTransactions = () => {
      database.transactionsOnly = true;
    };
    return {
      raw,
      db: new Kysely<Schema>({ dialect: new LedgerDialect({ database }) }),
      tables: new Tables(database),
      dialect: SQLITE,
      demandTransactions,
    };
  });
}

/**
 * Locks the state directory for this process: an exclusive lock on a small file, which the kernel releases however the process ends. Throws ledger.in-use, or
 * ledger.failed where the file cannot be written.
 */
export function holdLock(file: string): DatabaseSync {
  return translated(() => {
    const lock = new DatabaseSync(file, { timeout: 0 });
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      lock.close();
      if (resultCode(error) === SQLITE_BUSY) throw new EvidockError('ledger.in-use', because('file', { file }), error);
      throw error;
    }
  });
}

/** True for what node:sqlite throws after a connection was closed. */
function isClosed(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_INVALID_STATE';
}

/** SQLite's primary result code of a thrown error; undefined for an error that is not SQLite's. */
function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ERR_SQLITE_ERROR') return undefined;
  return 'errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : 0;
}

/**
 * Turns an error of SQLite into the ledger's. A broken rule (a row twice, a row that points nowhere, a change of the custody log) becomes request.conflict, a
 * closed ledger station.stopping, everything else (disk full, I/O error, damaged file) ledger.failed. Other errors stay as they are.
 */
export function ledgerError(thrown: unknown): unknown {
  if (isClosed(thrown)) return new EvidockError('station.stopping', because('ledger-closed', {}), thrown);
  const code = resultCode(thrown);
  if (code === undefined) return thrown;
  return new EvidockError(code === SQLITE_CONSTRAINT ? 'request.conflict' : 'ledger.failed', said(thrown), thrown);
}

function translated<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw ledgerError(error);
  }
}
