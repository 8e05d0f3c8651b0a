import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { STATION } from '#domain/custody/actor';
import { DockingInterrupted } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError, errnoOf } from '#domain/errors';
import { STATION_HOST } from '#domain/work';
import type { UploadJournal } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter, ReplayLine } from '#ports/ledger';
import { linkDurably, probeDirectory, type WriteErrors } from '../durable-file.ts';
import { boundWriter } from './bound-writer.ts';
import { type Connection, connect, holdLock, ledgerError } from './connection.ts';
import { continueLog } from './custody-log.ts';
import { checkIntegrity } from './integrity.ts';
import { Leases } from './leases.ts';
import { migrateToLatest } from './migrations.ts';
import { SqlReader } from './reader.ts';
import { removeReplays, replayLog } from './replay.ts';
import { schemaFaults } from './schema-check.ts';
import { SqlShipping } from './shipping.ts';
import { SqlUploadJournal } from './upload-journal.ts';
import type { WorkTimes } from './work-writer.ts';
import { SqlWriter } from './writer.ts';

const BACKUP_PAGES_AT_ONCE = 512;
/** More than any station has slots. */
const OPEN_DOCKINGS_MAX = 10_000;
const WRITE_ERRORS: WriteErrors = { full: 'ledger.failed', readOnly: 'ledger.failed', failed: 'ledger.failed' };

interface Options {
  /** The database file; its directory is made if it is missing. */
  readonly file: string;
  readonly stationId: string;
  /** A transaction that changes what the custody log must tell of, and appends nothing, is rolled back (bound-writer.ts). The station's is so. */
  readonly demandsCustody?: boolean;
  /** What work is due by, and what its rows tell. */
  readonly clock?: Clock;
  /** What leases end by, ms; never jumps. */
  readonly monotonicMs?: () => number;
}

const WALL_CLOCK: Clock = { nowMs: () => Date.now() };

interface Opened {
  readonly lock: DatabaseSync;
  readonly writing: Connection;
  readonly reading: Connection;
  readonly times: WorkTimes;
}

/** Opens the ledger for this process alone. Throws ledger.in-use, ledger.newer, ledger.failed. */
export async function openLedger(options: Options): Promise<SqliteLedger> {
  await mkdir(dirname(options.file), { recursive: true, mode: 0o750 }).catch((error: Error) => {
    throw new EvidockError('ledger.failed', error.message, error);
  });
  const lock = holdLock(`${options.file}.lock`);
  let writing: Connection | undefined;
  try {
    await removeReplays(options.file);
    writing = connect(options.file, { readOnly: false });
    await migrateToLatest(writing.db);
    await continueOldLog(writing, options.stationId);
    writing.demandTransactions();
    const reading = connect(options.file, { readOnly: true });
    const leases = new Leases(options.monotonicMs ?? (() => performance.now()));
    // What other hosts had claimed before this start: they have their time once more, and renew it or not.
    const running = await reading.db.selectFrom('work').select(['id', 'token', 'lease_ms']).where('state', '=', 'running').execute();
    for (const row of running) leases.hold(row, row.lease_ms ?? 0);
    return new SqliteLedger(options, { lock, writing, reading, times: { clock: options.clock ?? WALL_CLOCK, leases } });
  } catch (error) {
    writing?.raw.close();
    lock.close();
    throw ledgerError(error);
  }
}

/** All of it or nothing: a start that is killed in its midst does it again. */
async function continueOldLog(writing: Connection, stationId: string): Promise<void> {
  writing.raw.exec('BEGIN IMMEDIATE');
  await continueLog(writing, stationId, Date.now());
  writing.raw.exec('COMMIT');
}

/** The ledger on one SQLite file: one writing connection, used by one transaction at a time, and one that reads committed states. */
export class SqliteLedger extends SqlReader implements Ledger {
  readonly uploads: UploadJournal;
  readonly shipping: SqlShipping;
  readonly #options: Options;
  readonly #lock: DatabaseSync;
  readonly #writing: Connection;
  readonly #reading: Connection;
  readonly #times: WorkTimes;
  #last: Promise<unknown> = Promise.resolve();
  /** The probe that is being written: however many ask, a disk that hangs holds one of them. */
  #probe: Promise<void> | undefined;

  constructor(options: Options, { lock, writing, reading, times }: Opened) {
    super(reading);
    this.#options = options;
    this.#lock = lock;
    this.#writing = writing;
    this.#reading = reading;
    this.#times = times;
    const inTransaction = <T>(body: () => Promise<T>) => this.#serialise(body);
    this.shipping = new SqlShipping({ reading: reading.db, writing: writing.db, inTransaction });
    this.uploads = new SqlUploadJournal(reading.db, (body) => this.#serialise(() => body(writing.db)));
  }

  transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#serialise(async () => {
      const bound = boundWriter(this.#writer());
      try {
        const result = await body(bound.writer);
        if (this.#options.demandsCustody) bound.mustHaveTold();
        return result;
      } finally {
        bound.revoke();
      }
    });
  }

  #writer(): SqlWriter {
    return new SqlWriter(this.#writing, this.#options.stationId, this.#times);
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

  async endLapsedLeases(): Promise<number> {
    const running = await this.#reading.db.selectFrom('work').select(['id', 'token']).where('state', '=', 'running').execute();
    if (running.every((row) => this.#times.leases.isHeld(row))) return 0;
    return this.#serialise(() => this.#writer().giveBack('lapsed'));
  }

  recover(): Promise<{ work: number; dockings: number }> {
    return this.#serialise(async () => {
      const work = await this.#writer().giveBack({ host: STATION_HOST });
      return { work, dockings: await this.#interrupt() };
    });
  }

  /** Dockings that the station did not see end. Returns how many. */
  async #interrupt(): Promise<number> {
    const writer = this.#writer();
    const open = await writer.dockings({ openOnly: true, limit: OPEN_DOCKINGS_MAX });
    const atMs = this.#times.clock.nowMs();
    for (const { id, slot, recorderSerial: recorder, safeAtMs } of open) {
      await writer.updateDocking(id, { state: 'interrupted' });
      const about = { atMs, actor: STATION, subject: subject('docking', id) };
      await writer.appendCustody(DockingInterrupted.make({ ...about, data: { slot, recorder, safe: safeAtMs !== null } }));
    }
    return open.length;
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

  replay(signal: AbortSignal): AsyncIterable<ReplayLine> {
    return replayLog(this.#options.file, signal);
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
