import type { CaseStep } from '#domain/case-course';
import type { Actor } from '#domain/custody/actor';
import type { Kind } from '#domain/kind';
import type { Confidentiality } from '#domain/protection';
import type { RecordingState } from '#domain/recording';
import type { CaseTie } from '#domain/retention/facts';
import type { KeptTerm } from '#domain/retention/kept-term';
import type { WaitedFor } from '#domain/retention/until';

/**
 * How a version of the schedule stands. `proposed`: waits for a dry run and a second person; `adopted`: a second person adopted it, and its waiting period runs;
 * `in-force`: the one that counts; `former`: it counted until another one came; `refused`: somebody decided against it; `withdrawn`: somebody took it back
 * before it was in force.
 */
const SCHEDULE_STATES = ['proposed', 'adopted', 'in-force', 'former', 'refused', 'withdrawn'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

export interface ScheduleVersion {
  /** Counts up with each proposal, from 1. */
  readonly version: number;
  readonly state: ScheduleState;
  /** The file as it was sent, YAML. */
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly sha256: string;
  readonly proposedBy: Actor;
  /** Id of the account behind the proposal; `machine`: whoever acts on the machine itself; `station`. */
  readonly proposedPerson: string;
  readonly proposedAtMs: number;
  /** Whoever adopted, refused or withdrew it; null while it is proposed. */
  readonly decidedBy: Actor | null;
  readonly decidedAtMs: number | null;
  /** From when on it counts, if it was adopted. */
  readonly inForceAtMs: number | null;
  /** Number of the last change of what counts that this version made; null: none. Terms that were counted before the newest change are stale. */
  readonly turn: number | null;
}

/** The last dry run of a version. */
export interface KeptDryRun {
  readonly version: number;
  /** SHA-256 over the schedule and the result, hex: what the second person names. */
  readonly digest: string;
  /** The version that counted then; null: none. */
  readonly against: number | null;
  readonly by: Actor;
  readonly atMs: number;
  /** JSON of the result. */
  readonly result: string;
}

/** `seq`: number of the newest custody entry whose facts were counted. */
export interface CountedAt {
  readonly turn: number;
  readonly seq: number;
}

/** What was told of a recording after its term was last counted, and may be untold again. */
export interface PassedTags {
  readonly recordingId: string;
  readonly categories: readonly string[];
  /** Numbers of cases. */
  readonly cases: readonly string[];
  readonly important: boolean;
}

export type NewTerm = Omit<KeptTerm, 'stale'>;

/** What a term is counted from, as the ledger has it. */
export interface RetentionRow {
  readonly recordingId: string;
  readonly state: RecordingState;
  readonly kind: Kind;
  readonly category: string | null;
  readonly important: boolean;
  readonly damaged: boolean;
  readonly foundInBin: boolean;
  readonly confidentiality: Confidentiality | null;
  /** Ids of the unit of its officer by today's registry and of the units above that one. */
  readonly units: readonly string[];
  readonly startMs: number | null;
  /** What the recorder claims, without zone; null: nothing. */
  readonly claimedStart: string | null;
  readonly dockedMs: number;
  /** When its last original was sealed; null: none is. */
  readonly sealedMs: number | null;
  /** When it was last archived whole; null: it is not in the archive now. */
  readonly archivedMs: number | null;
  readonly durationMs: number | null;
  /** Of its originals. */
  readonly bytes: number;
  readonly cases: readonly TiedCaseRow[];
}

/** A case as terms see it. */
export interface CaseRow {
  readonly number: string;
  readonly category: string | null;
  readonly stage: string;
  readonly confidentiality: Confidentiality | null;
  readonly openedOn: string | null;
  readonly createdAtMs: number;
  readonly steps: readonly CaseStep[];
}

/** A case that a recording is tagged with, or that is suggested for it. */
export type TiedCaseRow = CaseRow & { readonly tie: Exclude<CaseTie, 'former'> };

/** A correction of what a recording has earned by an error. */
export interface Correction {
  /** Counts up from 1. */
  readonly number: number;
  readonly recordingId: string;
  readonly state: 'proposed' | 'approved' | 'refused';
  readonly reason: string | null;
  readonly proposedBy: Actor;
  readonly proposedPerson: string;
  readonly proposedAtMs: number;
  readonly decidedBy: Actor | null;
  readonly decidedAtMs: number | null;
}

/** Schedules and what they make of each recording. None of this is within a scope. */
export interface RetentionReader {
  /** The version that counts; null: none was ever adopted, so nothing is ever due. */
  inForce(): Promise<ScheduleVersion | null>;
  /** The version whose waiting period runs; at most one. */
  adopted(): Promise<ScheduleVersion | null>;
  schedule(version: number): Promise<ScheduleVersion | null>;
  /** Newest first. `after`: versions before this one. */
  schedules(page: { readonly state?: ScheduleState; readonly after?: number; readonly limit: number }): Promise<readonly ScheduleVersion[]>;
  /** Number of the newest change of what counts; 0: there was none. */
  turn(): Promise<number>;
  /** From when on any schedule has been in force, ms since 1970; null: none ever was. */
  firstInForceMs(): Promise<number | null>;
  dryRun(version: number): Promise<KeptDryRun | null>;
  /** null: it was never counted, so it is not due. */
  termOf(recordingId: string): Promise<KeptTerm | null>;
  /** The terms of these recordings, as far as there are any. */
  terms(recordingIds: readonly string[]): Promise<readonly KeptTerm[]>;
  /**
   * What the custody log told of these recordings since their terms were last counted; of those without a term, since `sinceMs`. Only recordings of which it told
   * anything.
   */
  passed(recordingIds: readonly string[], sinceMs: number): Promise<readonly PassedTags[]>;
  /**
   * Recordings that a schedule in force does not ask to keep at `beforeMs` any more, the longest due first: their end is before it, their term is not stale, and
   * the vault took them in. `after`: only what follows this one. Holds are not asked here.
   */
  due(
    beforeMs: number,
    page: { readonly after?: Pick<KeptTerm, 'recordingId' | 'earnedUntilMs'>; readonly limit: number },
  ): Promise<readonly KeptTerm[]>;
  /** Recordings whose term is in conflict, by id. */
  conflicts(page: { readonly after?: string; readonly limit: number }): Promise<readonly KeptTerm[]>;
  /** Ids of recordings whose term is to be counted, at most `limit`; first those whose facts have changed. */
  stale(limit: number): Promise<readonly string[]>;
  staleCount(): Promise<number>;
  /** What terms of these recordings are counted from, in the order of ids. */
  rows(recordingIds: readonly string[]): Promise<readonly RetentionRow[]>;
  /** The same for the recordings that the vault took in and whose id follows `after`. */
  rowsAfter(after: string, limit: number): Promise<readonly RetentionRow[]>;
  /** Cases as terms see them, by number. */
  cases(numbers: readonly string[]): Promise<readonly CaseRow[]>;
  correction(number: number): Promise<Correction | null>;
  /** Newest first. */
  corrections(page: {
    readonly state?: Correction['state'];
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly Correction[]>;
}

export interface RetentionWriter {
  /** Appends the next version as `proposed`; returns its number. */
  propose(version: Pick<ScheduleVersion, 'text' | 'sha256' | 'proposedBy' | 'proposedPerson' | 'proposedAtMs'>): Promise<number>;
  /**
   * Takes a version one state further, and whichever was in force becomes `former`. `turn`: what counts changes with it. Throws request.conflict if the version
   * is in none of the states `from`.
   */
  decide(
    version: number,
    decision: {
      readonly from: readonly ScheduleState[];
      readonly state: Exclude<ScheduleState, 'proposed' | 'former'>;
      readonly by: Actor;
      readonly atMs: number;
      readonly inForceAtMs?: number;
      readonly turn?: number;
    },
  ): Promise<void>;
  /** Keeps the dry run of a version in place of its last one. */
  keepDryRun(run: KeptDryRun): Promise<void>;
  /** Writes the term of a recording. Throws request.conflict for a floor that falls without a correction: the ledger itself refuses it. */
  putTerm(term: NewTerm, at: CountedAt): Promise<void>;
  /** The facts of these recordings were looked at: they are not stale any more, as far as facts go. */
  markCounted(recordingIds: readonly string[], at: CountedAt): Promise<void>;
  /** Makes all terms stale: the ledger is another one than before. */
  recountAll(): Promise<void>;
  /** Makes the terms stale that wait for this. */
  recountWaiting(waitsFor: WaitedFor): Promise<void>;
  proposeCorrection(
    correction: Pick<Correction, 'recordingId' | 'reason' | 'proposedBy' | 'proposedPerson' | 'proposedAtMs'>,
  ): Promise<number>;
  /** Throws request.conflict if it is decided already. */
  decideCorrection(
    number: number,
    decision: { readonly state: 'approved' | 'refused'; readonly by: Actor; readonly atMs: number },
  ): Promise<void>;
}
