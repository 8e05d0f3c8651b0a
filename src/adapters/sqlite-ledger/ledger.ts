import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { EvidockError, errnoOf } from '#domain/errors';
import { PUT_OFF_MS_MAX } from '#domain/work';
import type { UploadJournal } from '#ports/archive';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import { linkDurably, probeDirectory, type WriteErrors } from '../durable-file.ts';
import { type Connection, connect, holdLock, ledgerError } from './connection.ts';
import { checkIntegrity } from './integrity.ts';
import { DOCKING_OPEN, migrateToLatest } from './migrations.ts';
import { SqlReader } from './reader.ts';
import { schemaFaults } from './schema-check.ts';
import { SqlUploadJournal } from './upload-journal.ts';
import { SqlWriter } from './writer.ts';

const BACKUP_PAGES_AT_ONCE = 512;
const WRITE_ERRORS: WriteErrors = { full: 'ledger.failed', readOnly: 'ledger.failed', failed: 'ledger.failed' };

interface Options {
  /** The database file; its directory is made if it is missing. */
  readonly file: string;
  readonly stationId: string;
}

/** Opens the ledger for this process alone. Throws ledger.in-use, ledger.newer, ledger.failed. */
export async function openLedger(options: Options): Promise<SqliteLedger> {
  await mkdir(dirname(options.file), { recursive: true, mode: 0o750 }).catch((error: Error) => {
    throw new EvidockError('ledger.failed', error.message, error);
  });
  const lock = holdLock(`${options.file}.lock`);
  let writing: Connection | undefined;
  try {
    writing = connect(options.file, { readOnly: false });
    await migrateToLatest(writing.db);
    writing.demandTransactions();
    const reading = connect(options.file, { readOnly: true });
    return new SqliteLedger(options, lock, writing, reading);
  } catch (error) {
    writing?.raw.close();
    lock.close();
    throw ledgerError(error);
  }
}

/** The ledger on one SQLite file: one writing connection, used by one transaction at a time, and one that reads committed states. */
export class SqliteLedger extends SqlReader implements Ledger {
  readonly uploads: UploadJournal;
  readonly #options: Options;
  readonly #lock: DatabaseSync;
  readonly #writing: Connection;
  readonly #reading: Connection;
  #last: Promise<unknown> = Promise.resolve();
  /** The probe that is being written: however many ask, a disk that hangs holds one of them. */
  #probe: Promise<void> | undefined;

  constructor(options: Options, lock: DatabaseSync, writing: Connection, reading: Connection) {
    super(reading);
    this.#options = options;
    this.#lock = lock;
    this.#writing = writing;
    this.#reading = reading;
    this.uploads = new SqlUploadJournal(reading.db, (body) => this.#serialise(() => body(writing.db)));
  }

  transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#serialise(async () => {
      const { proxy, revoke } = Proxy.revocable(new SqlWriter(this.#writing, this.#options.stationId), BOUND);
      try {
        return await body(proxy);
      } finally {
        // A writer that outlives its transaction would write into somebody else's.
        revoke();
      }
    });
  }

  #serialise<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(
      () => this.#inTransaction(body),
      () => this.#inTransaction(body),
    );
    this.#last = turn;
    return turn;
  }

  async #inTransaction<T>(body: () => Promise<T>): Promise<T> {
    const { raw } = this.#writing;
    try {
      raw.exec('BEGIN IMMEDIATE');
      const result = await body();
      raw.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after a full disk or an I/O error.
      if (raw.isOpen && raw.isTransaction) raw.exec('ROLLBACK');
      throw ledgerError(error);
    }
  }

  claimWork(id: string, owner: string, nowMs: number, leaseMs: number): Promise<boolean> {
    return this.#serialise(async () => {
      const result = await this.#writing.db
        .updateTable('work')
        .set({ state: 'running', owner, lease_until: nowMs + leaseMs, attempts: sql`attempts + 1`, percent: 0, updated_at: nowMs })
        .where('id', '=', id)
        .where((is) =>
          is.or([
            is.and([is('state', '=', 'waiting'), is.or([is('due_at', '<=', nowMs), is('due_at', '>', nowMs + PUT_OFF_MS_MAX)])]),
            is.and([is('state', '=', 'running'), is('lease_until', '<=', nowMs)]),
          ]),
        )
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    });
  }

  renewWork(id: string, owner: string, nowMs: number, leaseMs: number, percent: number): Promise<boolean> {
    return this.#serialise(async () => {
      const result = await this.#writing.db
        .updateTable('work')
        .set({ lease_until: nowMs + leaseMs, percent: Math.round(Math.min(100, Math.max(0, percent))), updated_at: nowMs })
        .where('id', '=', id)
        .where('owner', '=', owner)
        .where('state', '=', 'running')
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    });
  }

  recover(nowMs: number): Promise<{ work: number; dockings: number }> {
    return this.#serialise(async () => {
      const { db } = this.#writing;
      const work = await db
        .updateTable('work')
        .set({ state: 'waiting', owner: null, lease_until: null, due_at: nowMs, updated_at: nowMs })
        .where('state', '=', 'running')
        .executeTakeFirst();
      const dockings = await db
        .updateTable('dockings')
        .set({ state: 'interrupted' })
        .where(sql<boolean>`${sql.raw(DOCKING_OPEN)}`)
        .executeTakeFirst();
      return { work: Number(work.numUpdatedRows), dockings: Number(dockings.numUpdatedRows) };
    });
  }

  async backup(file: string, onPercent?: (percent: number) => void): Promise<{ bytes: number }> {
    const partial = `${file}.partial`;
    try {
      await rm(partial, { force: true });
      await makeEmpty(partial);
      await this.#copyTo(partial, onPercent);
      const handle = await open(partial, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      if ((await linkDurably(partial, file)) === 'exists') throw new EvidockError('request.conflict', `${file} exists already`);
    } catch (error) {
      await rm(partial, { force: true });
      throw backupError(file, error);
    }
    onPercent?.(100);
    return { bytes: (await stat(file)).size };
  }

  /** Copies one committed state: without the open read transaction, every commit of the station would begin the copy anew. */
  async #copyTo(partial: string, onPercent?: (percent: number) => void): Promise<void> {
    const { raw } = connect(this.#options.file, { readOnly: true });
    try {
      raw.exec('BEGIN');
      raw.prepare('SELECT count(*) FROM sqlite_schema').all();
      await backup(raw, partial, {
        rate: BACKUP_PAGES_AT_ONCE,
        progress: ({ totalPages, remainingPages }) =>
          onPercent?.(totalPages === 0 ? 100 : (100 * (totalPages - remainingPages)) / totalPages),
      });
    } finally {
      raw.close();
    }
  }

  probe(): Promise<void> {
    this.#probe ??= probeDirectory(dirname(this.#options.file), WRITE_ERRORS).finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }

  async integrity(): Promise<readonly string[]> {
    return [...(await this.alterations()), ...(await checkIntegrity(this.#options.file))];
  }

  async alterations(): Promise<readonly string[]> {
    return (await schemaFaults(this.#reading.raw)).map(({ what }) => what);
  }

  async mendSchema(): Promise<readonly string[]> {
    const faults = await schemaFaults(this.#reading.raw);
    await this.#serialise(async () => {
      for (const { mend } of faults) if (mend !== null) this.#writing.raw.exec(mend);
    });
    return faults.filter(({ mend }) => mend === null).map(({ what }) => what);
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    this.#reading.raw.close();
    this.#writing.raw.close();
    this.#lock.close();
  }
}

// The writer has private fields: its methods must run on the writer itself, not on the revocable proxy.
const BOUND: ProxyHandler<SqlWriter> = {
  get(target, property) {
    const value: unknown = Reflect.get(target, property, target);
    return typeof value === 'function' ? value.bind(target) : value;
  },
};

/** Asks for the place of a copy before SQLite does, which would only say that a file cannot be opened, and not which. */
async function makeEmpty(partial: string): Promise<void> {
  try {
    await (await open(partial, 'wx', 0o640)).close();
  } catch (error) {
    throw new EvidockError('request.invalid', `backup to ${partial} (${errnoOf(error) ?? String(error)})`, error);
  }
}

function backupError(file: string, error: unknown): unknown {
  if (error instanceof EvidockError) return error;
  const known = ledgerError(error);
  return known instanceof EvidockError
    ? new EvidockError(known.code, `backup to ${file}: ${known.detail}`, error)
    : new EvidockError('ledger.failed', `backup to ${file} (${errnoOf(error) ?? String(error)})`, error);
}
