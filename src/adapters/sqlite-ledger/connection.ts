import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { EvidockError } from '#domain/errors';
import type { Schema } from './schema.ts';

const STATEMENTS_MAX = 200;

type Parameter = null | number | bigint | string | Uint8Array;

/** node:sqlite in the shape that Kysely's SQLite dialect expects, with a bounded cache of prepared statements. */
class KyselyDatabase {
  readonly raw: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(raw: DatabaseSync) {
    this.raw = raw;
  }

  close(): void {
    this.raw.close();
  }

  prepare(text: string) {
    let statement = this.#statements.get(text);
    if (statement) this.#statements.delete(text);
    else statement = this.raw.prepare(text);
    this.#statements.set(text, statement);
    if (this.#statements.size > STATEMENTS_MAX) {
      const oldest = this.#statements.keys().next().value;
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    const found = statement;
    return {
      reader: found.columns().length > 0,
      all: (parameters: readonly unknown[]) => found.all(...(parameters as Parameter[])),
      run: (parameters: readonly unknown[]) => found.run(...(parameters as Parameter[])),
      iterate: (parameters: readonly unknown[]) => found.iterate(...(parameters as Parameter[])) as IterableIterator<unknown>,
    };
  }
}

export interface Connection {
  readonly raw: DatabaseSync;
  readonly db: Kysely<Schema>;
}

/** Opens one connection. `synchronous=FULL` in WAL mode: a commit is on the disk when it returns. */
export function connect(file: string, options: { readOnly: boolean }): Connection {
  const raw = new DatabaseSync(file, { readOnly: options.readOnly, timeout: 5000 });
  if (!options.readOnly) raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
  raw.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY');
  return { raw, db: new Kysely<Schema>({ dialect: new SqliteDialect({ database: new KyselyDatabase(raw) }) }) };
}

/**
 * Holds the state directory for this process: an exclusive lock on a small file of its own, which the kernel releases however the
 * process ends. Throws ledger.in-use.
 */
export function holdLock(file: string): DatabaseSync {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new EvidockError('ledger.in-use', file, error);
  }
}

/** Everything that SQLite throws, in the ledger's words. */
export function ledgerError(thrown: unknown): EvidockError {
  if (thrown instanceof EvidockError) return thrown;
  return new EvidockError('ledger.failed', thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
