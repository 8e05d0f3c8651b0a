import type { Scope } from '#domain/scope';
import type { UploadJournal } from './archive.ts';
import type { AnswersReader, AnswersWriter } from './ledger/answers.ts';
import type { ArchiveReader, ArchiveWriter } from './ledger/archive.ts';
import type { CallUpsReader, CallUpsWriter } from './ledger/call-ups.ts';
import type { CasesReader, CasesWriter } from './ledger/cases.ts';
import type { CustodyReader, CustodyWriter } from './ledger/custody.ts';
import type { DisposalsReader, DisposalsWriter } from './ledger/disposals.ts';
import type { DockingsReader, DockingsWriter } from './ledger/dockings.ts';
import type { DoorsReader, DoorsWriter } from './ledger/doors.ts';
import type { DutiesReader, DutiesWriter } from './ledger/duties.ts';
import type { EvictionReader, EvictionWriter } from './ledger/eviction.ts';
import type { HoldsReader, HoldsWriter } from './ledger/holds.ts';
import type { LooksReader, LooksWriter } from './ledger/looks.ts';
import type { OriginalsReader, OriginalsWriter } from './ledger/originals.ts';
import type { PeopleReader, PeopleWriter } from './ledger/people.ts';
import type { PoliciesReader, PoliciesWriter } from './ledger/policies.ts';
import type { RecordingsReader, RecordingsWriter } from './ledger/recordings.ts';
import type { RegistryReader, RegistryWriter } from './ledger/registry.ts';
import type { RetentionReader, RetentionWriter } from './ledger/retention.ts';
import type { ScrubsReader, ScrubsWriter } from './ledger/scrubs.ts';
import type { ShiftsReader, ShiftsWriter } from './ledger/shifts.ts';
import type { SignInReader, SignInWriter } from './ledger/sign-in.ts';
import type { WorkReader, WorkWriter } from './ledger/work.ts';
import type { ShippingLedger } from './log-shipping.ts';

export interface LedgerCounts {
  readonly recordings: number;
  readonly originals: number;
  readonly originalBytes: number;
  readonly unsealed: number;
  readonly notArchived: number;
  readonly workWaiting: number;
  readonly workFailed: number;
  readonly custodyEntries: number;
}

/** What a caller may read. Each list is bounded, or is an async iterable that reads page by page. */
export interface LedgerReader {
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
}

/**
 * What a caller may write. A stage makes all its changes in one `Ledger.transaction`. A change of what `facts.json` of a recording tells (officer, category,
 * marks, times, damage, cases, derivatives) makes the recording's archive work wait again if that was `done`.
 */
export interface LedgerWrites {
  readonly recordings: RecordingsWriter;
  readonly originals: OriginalsWriter;
  readonly dockings: DockingsWriter;
  readonly work: WorkWriter;
  readonly custody: CustodyWriter;
  readonly registry: RegistryWriter;
  readonly cases: CasesWriter;
  readonly answers: AnswersWriter;
  readonly looks: LooksWriter;
  readonly policies: PoliciesWriter;
  readonly people: PeopleWriter;
  readonly signIn: SignInWriter;
  readonly doors: DoorsWriter;
  readonly callUps: CallUpsWriter;
  readonly archive: ArchiveWriter;
  readonly holds: HoldsWriter;
  readonly eviction: EvictionWriter;
  readonly disposals: DisposalsWriter;
  readonly retention: RetentionWriter;
  readonly scrubs: ScrubsWriter;
  readonly duties: DutiesWriter;
  readonly shifts: ShiftsWriter;
}

/** May read and write inside one transaction. Its reads show what it has written. */
export type LedgerWriter = { readonly [Group in keyof LedgerReader]: LedgerReader[Group] & LedgerWrites[Group] };

/** The ledger of one station. Its readers see committed states only. What only one kind of store offers is in ledger/upkeep.ts. */
export interface Ledger extends LedgerReader {
  counts(): Promise<LedgerCounts>;
  /**
   * The same ledger as far as the scope lets see it: what is not covered is to its lists, counts and transactions as if it were not there. A case is seen
   * that was granted or names an officer of the scope, a docking of which some recording is seen, everything else with its recording; people and recorders
   * are seen by all, histories of what is no footage by none. Throws station.internal for a ledger that is within a scope already.
   */
  within(scope: Scope): Ledger;
  /**
   * Runs `body` in one transaction, one after the other. Commits durably when `body` resolves, rolls back when it throws. `body` does no file or network I/O.
   */
  transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T>;
  /** Makes running work whose lease has ended wait again, due now. Returns how much. Writes nothing where there is none. */
  endLapsedLeases(): Promise<number>;
  /**
   * Called once at start. Claims of earlier processes of the station itself (`STATION_HOST`) become void and their work waits again; claims of other hosts
   * stand. Open dockings become `interrupted`.
   */
  recover(): Promise<{ work: number; dockings: number }>;
  readonly uploads: UploadJournal;
  readonly shipping: ShippingLedger;
  close(): Promise<void>;
}
