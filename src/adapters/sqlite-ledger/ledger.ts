import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { EvidockError, said } from '#domain/errors';
import type { Scope } from '#domain/scope';
import { STATION_HOST } from '#domain/work';
import type { UploadJournal } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerCounts, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { AnswersReader } from '#ports/ledger/answers';
import type { ArchiveReader } from '#ports/ledger/archive';
import type { CallUpsReader } from '#ports/ledger/call-ups';
import type { CasesReader } from '#ports/ledger/cases';
import type { CustodyReader } from '#ports/ledger/custody';
import type { DisposalsReader } from '#ports/ledger/disposals';
import type { DockingsReader } from '#ports/ledger/dockings';
import type { DoorsReader } from '#ports/ledger/doors';
import type { DutiesReader } from '#ports/ledger/duties';
import type { EvictionReader } from '#ports/ledger/eviction';
import type { HoldsReader } from '#ports/ledger/holds';
import type { LooksReader } from '#ports/ledger/looks';
import type { OriginalsReader } from '#ports/ledger/originals';
import type { PeopleReader } from '#ports/ledger/people';
import type { PoliciesReader } from '#ports/ledger/policies';
import type { RecordingsReader } from '#ports/ledger/recordings';
import type { RegistryReader } from '#ports/ledger/registry';
import type { RetentionReader } from '#ports/ledger/retention';
import type { ScrubsReader } from '#ports/ledger/scrubs';
import type { ShiftsReader } from '#ports/ledger/shifts';
import type { SignInReader } from '#ports/ledger/sign-in';
import type { LedgerUpkeep } from '#ports/ledger/upkeep';
import type { WorkReader } from '#ports/ledger/work';
import { boundWriter } from './bound-writer.ts';
import { type Connection, connect, holdLock, ledgerError } from './connection.ts';
import { countsOf, countsWithin } from './counts.ts';
import { continueLog } from './custody/log.ts';
import { SqlShipping } from './custody/shipping.ts';
import { interruptDockings } from './dockings/interrupt.ts';
import { readersOf, writersOf } from './groups.ts';
import { migrateToLatest } from './migrations.ts';
import { removeReplays } from './replay/replay.ts';
import { SqliteUpkeep } from './upkeep.ts';
import { SqlUploadJournal } from './upload-journal.ts';
import { ledgerWithin } from './within.ts';
import { Leases } from './work/leases.ts';
import { SqlWorkWriter, type WorkTimes } from './work/writer.ts';

interface Options {
  /** The database file; its directory is made if it is missing. */
  readonly file: string;
  readonly stationId: string;
  /** True, as in a station: a transaction is rolled back if it makes a change that needs a custody entry and appends none (bound-writer.ts). */
  readonly demandsCustody?: boolean;
  /** Gets the groups that a transaction has written, once it is committed. Does not throw. */
  readonly onCommitted?: (groups: ReadonlySet<keyof LedgerReader>) => void;
  /** Gives the times in rows of work, and decides what is due. */
  readonly clock?: Clock;
  /** A clock for leases, ms, that never jumps. */
  readonly monotonicMs?: () => number;
}

const WALL_CLOCK: Clock = { nowMs: () => Date.now() };

type Times = WorkTimes & { readonly leases: Leases };

interface Opened {
  readonly lock: DatabaseSync;
  readonly writing: Connection;
  readonly reading: Connection;
  readonly times: Times;
}

/** Opens the ledger for this process alone. Throws ledger.in-use, ledger.newer, ledger.failed. */
export async function openLedger(options: Options): Promise<SqliteLedger> {
  await mkdir(dirname(options.file), { recursive: true, mode: 0o750 }).catch((error: Error) => {
    throw new EvidockError('ledger.failed', said(error), error);
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
    // Work that other hosts had claimed before this start gets its whole lease once more. They renew it or not.
    const running = await reading.db.selectFrom('work').select(['id', 'token', 'lease_ms']).where('state', '=', 'running').execute();
    for (const row of running) leases.hold(row, row.lease_ms ?? 0);
    return new SqliteLedger(options, { lock, writing, reading, times: { clock: options.clock ?? WALL_CLOCK, leases } });
  } catch (error) {
    writing?.raw.close();
    lock.close();
    throw ledgerError(error);
  }
}

/** Continues a log of version 1, in one transaction: a start that is killed in between does it again. */
async function continueOldLog(writing: Connection, stationId: string): Promise<void> {
  writing.raw.exec('BEGIN IMMEDIATE');
  await continueLog(writing, stationId, Date.now());
  writing.raw.exec('COMMIT');
}

/** The ledger on one SQLite file. It has one connection that writes, for one transaction at a time, and one that reads committed states. */
export class SqliteLedger implements Ledger {
  readonly recordings: RecordingsReader;
  readonly originals: OriginalsReader;
  readonly dockings: DockingsReader;
  readonly work: WorkReader;
  readonly custody: CustodyReader;
  readonly registry: RegistryReader;
  readonly cases: CasesReader;
  readonly answers: AnswersReader;
  readonly looks: LooksReader;
  readonly policies: PoliciesReader;
  readonly people: PeopleReader;
  readonly signIn: SignInReader;
  readonly doors: DoorsReader;
  readonly callUps: CallUpsReader;
  readonly archive: ArchiveReader;
  readonly holds: HoldsReader;
  readonly eviction: EvictionReader;
  readonly disposals: DisposalsReader;
  readonly retention: RetentionReader;
  readonly scrubs: ScrubsReader;
  readonly duties: DutiesReader;
  readonly shifts: ShiftsReader;
  readonly uploads: UploadJournal;
  readonly shipping: SqlShipping;
  readonly upkeep: LedgerUpkeep;
  readonly #options: Options;
  readonly #lock: DatabaseSync;
  readonly #writing: Connection;
  readonly #reading: Connection;
  /** The readers of a transaction: they see committed rows and the transaction's own. */
  readonly #current: LedgerReader;
  readonly #times: Times;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: Options, { lock, writing, reading, times }: Opened) {
    this.#options = options;
    this.#lock = lock;
    this.#writing = writing;
    this.#reading = reading;
    this.#times = times;
    this.#current = readersOf(writing);
    const readers = readersOf(reading);
    this.recordings = readers.recordings;
    this.originals = readers.originals;
    this.dockings = readers.dockings;
    this.work = readers.work;
    this.custody = readers.custody;
    this.registry = readers.registry;
    this.cases = readers.cases;
    this.answers = readers.answers;
    this.looks = readers.looks;
    this.policies = readers.policies;
    this.people = readers.people;
    this.signIn = readers.signIn;
    this.doors = readers.doors;
    this.callUps = readers.callUps;
    this.archive = readers.archive;
    this.holds = readers.holds;
    this.eviction = readers.eviction;
    this.disposals = readers.disposals;
    this.retention = readers.retention;
    this.scrubs = readers.scrubs;
    this.duties = readers.duties;
    this.shifts = readers.shifts;
    const inTransaction = <T>(body: () => Promise<T>) => this.#serialise(body);
    this.shipping = new SqlShipping({ reading, writing, inTransaction });
    this.uploads = new SqlUploadJournal(reading.db, (body) => this.#serialise(() => body(writing.db)));
    this.upkeep = new SqliteUpkeep({ file: options.file, reading, writing, inTransaction });
  }

  async counts(): Promise<LedgerCounts> {
    return countsOf(this.#reading.db, ((await this.custody.head())?.seq ?? -1) + 1);
  }

  within(scope: Scope): Ledger {
    if (scope === 'all') return this;
    return ledgerWithin(this, {
      ...readersOf(this.#reading, scope),
      counts: () => countsWithin(this.#reading, scope),
      transaction: (body) => this.#transaction(readersOf(this.#writing, scope), body),
    });
  }

  transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#transaction(this.#current, body);
  }

  async #transaction<T>(reads: LedgerReader, body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    let written: ReadonlySet<keyof LedgerReader> = new Set();
    const result = await this.#serialise(async () => {
      const writers = writersOf(this.#writing, this.#options.stationId, this.#times);
      const bound = boundWriter(reads, writers);
      written = bound.written;
      try {
        const result = await body(bound.writer);
        await writers.holds.settle();
        if (this.#options.demandsCustody) bound.mustHaveTold();
        return result;
      } finally {
        bound.revoke();
      }
    });
    if (written.size > 0) this.#options.onCommitted?.(written);
    return result;
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
      // After a full disk or an I/O error SQLite has rolled back already.
      if (raw.isOpen && raw.isTransaction) raw.exec('ROLLBACK');
      throw ledgerError(error);
    }
  }

  async endLapsedLeases(): Promise<number> {
    const running = await this.#reading.db.selectFrom('work').select(['id', 'token']).where('state', '=', 'running').execute();
    if (running.every((row) => this.#times.leases.isHeld(row))) return 0;
    return this.#serialise(() => this.#claims().endClaims('lapsed'));
  }

  recover(): Promise<{ work: number; dockings: number }> {
    return this.#serialise(async () => {
      const work = await this.#claims().endClaims({ host: STATION_HOST });
      const writers = writersOf(this.#writing, this.#options.stationId, this.#times);
      return { work, dockings: await interruptDockings(this.#current, writers, this.#times.clock.nowMs()) };
    });
  }

  #claims(): SqlWorkWriter {
    return new SqlWorkWriter(this.#writing, this.#times);
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    this.#reading.raw.close();
    this.#writing.raw.close();
    this.#lock.close();
  }
}
