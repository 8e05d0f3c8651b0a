import type pg from 'pg';
import { boundWriter } from '#adapters/sqlite-ledger/bound-writer';
import { countsOf, countsWithin } from '#adapters/sqlite-ledger/counts';
import { SqlShipping } from '#adapters/sqlite-ledger/custody/shipping';
import { interruptDockings } from '#adapters/sqlite-ledger/dockings/interrupt';
import { readersOf, writersOf } from '#adapters/sqlite-ledger/groups';
import { SqlUploadJournal } from '#adapters/sqlite-ledger/upload-journal';
import { ledgerWithin } from '#adapters/sqlite-ledger/within';
import { SqlWorkWriter, type WorkTimes } from '#adapters/sqlite-ledger/work/writer';
import type { Scope } from '#domain/scope';
import { STATION_HOST } from '#domain/work';
import type { UploadJournal } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerCounts, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { ShippingLedger } from '#ports/log-shipping';
import { PostgresConnection } from './connection.ts';
import { SharedLeases } from './leases.ts';

interface Options {
  readonly stationId: string;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
}

type Groups = { readonly [Group in keyof LedgerReader]: LedgerReader[Group] };

/**
 * The ledger on a PostgreSQL server, for tests alone. It shows that the port, and every rule that depends on it, knows nothing of SQLite. Readers and writers
 * are those of the SQLite ledger, which are plain SQL except for `Dialect`. Three things differ: writers take turns by a lock of the server, so several
 * processes may write; all processes know the leases; and tables are kept append-only in another way.
 */
export async function openPostgresLedger(config: pg.ClientConfig, options: Options): Promise<PostgresLedger> {
  const writing = await PostgresConnection.open(config, { transactionsOnly: true });
  const reading = await PostgresConnection.open(config, { transactionsOnly: false });
  return new PostgresLedger(options, writing, reading);
}

class PostgresLedger implements Ledger {
  readonly recordings: Groups['recordings'];
  readonly originals: Groups['originals'];
  readonly dockings: Groups['dockings'];
  readonly work: Groups['work'];
  readonly custody: Groups['custody'];
  readonly registry: Groups['registry'];
  readonly cases: Groups['cases'];
  readonly answers: Groups['answers'];
  readonly looks: Groups['looks'];
  readonly policies: Groups['policies'];
  readonly people: Groups['people'];
  readonly signIn: Groups['signIn'];
  readonly doors: Groups['doors'];
  readonly callUps: Groups['callUps'];
  readonly archive: Groups['archive'];
  readonly holds: Groups['holds'];
  readonly eviction: Groups['eviction'];
  readonly disposals: Groups['disposals'];
  readonly retention: Groups['retention'];
  readonly scrubs: Groups['scrubs'];
  readonly duties: Groups['duties'];
  readonly shifts: Groups['shifts'];
  readonly uploads: UploadJournal;
  readonly shipping: ShippingLedger;
  readonly #options: Options;
  readonly #writing: PostgresConnection;
  readonly #reading: PostgresConnection;
  readonly #current: LedgerReader;
  readonly #times: WorkTimes;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: Options, writing: PostgresConnection, reading: PostgresConnection) {
    this.#options = options;
    this.#writing = writing;
    this.#reading = reading;
    this.#current = readersOf(writing);
    this.#times = { clock: options.clock, leases: new SharedLeases(writing.db, options.monotonicMs) };
    const groups = readersOf(reading);
    this.recordings = groups.recordings;
    this.originals = groups.originals;
    this.dockings = groups.dockings;
    this.work = groups.work;
    this.custody = groups.custody;
    this.registry = groups.registry;
    this.cases = groups.cases;
    this.answers = groups.answers;
    this.looks = groups.looks;
    this.policies = groups.policies;
    this.people = groups.people;
    this.signIn = groups.signIn;
    this.doors = groups.doors;
    this.callUps = groups.callUps;
    this.archive = groups.archive;
    this.holds = groups.holds;
    this.eviction = groups.eviction;
    this.disposals = groups.disposals;
    this.retention = groups.retention;
    this.scrubs = groups.scrubs;
    this.duties = groups.duties;
    this.shifts = groups.shifts;
    this.shipping = new SqlShipping({ reading, writing, inTransaction: (body) => this.#serialise(body) });
    this.uploads = new SqlUploadJournal(reading.db, (body) => this.#serialise(() => body(writing.db)));
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

  #transaction<T>(reads: LedgerReader, body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#serialise(async () => {
      const writers = writersOf(this.#writing, this.#options.stationId, this.#times);
      const bound = boundWriter(reads, writers);
      try {
        const result = await body(bound.writer);
        await writers.holds.settle();
        return result;
      } finally {
        bound.revoke();
      }
    });
  }

  #serialise<T>(body: () => Promise<T>): Promise<T> {
    const run = () => this.#writing.transaction(body);
    const turn = this.#last.then(run, run);
    this.#last = turn;
    return turn;
  }

  endLapsedLeases(): Promise<number> {
    return this.#serialise(() => new SqlWorkWriter(this.#writing, this.#times).endClaims('lapsed'));
  }

  recover(): Promise<{ work: number; dockings: number }> {
    return this.#serialise(async () => {
      const work = await new SqlWorkWriter(this.#writing, this.#times).endClaims({ host: STATION_HOST });
      const writers = writersOf(this.#writing, this.#options.stationId, this.#times);
      return { work, dockings: await interruptDockings(this.#current, writers, this.#options.clock.nowMs()) };
    });
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await Promise.all([this.#reading.close(), this.#writing.close()]);
  }
}
