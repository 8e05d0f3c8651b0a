import type { RecordingState } from '#domain/recording';
import type { Claim, Work, Worker, WorkFailure, WorkStage, WorkState } from '#domain/work';

export interface NewWork {
  readonly id: string;
  readonly stage: WorkStage;
  readonly recordingId: string;
  readonly priority: number;
  readonly dueAtMs: number;
  readonly nowMs: number;
}

/** Selects the work that is left of a docking. `states`: a recording of the docking's recorder counts while it is in one of these. */
export interface LeftOf {
  readonly dockingId: string;
  readonly states: readonly RecordingState[];
}

export interface WorkReader {
  get(id: string): Promise<Work | null>;
  /** Work that should run now: `waiting` and due (`isDue` of domain/work). Work whose lease has ended is among it only after `endLapsedLeases`. */
  due(nowMs: number, stage: WorkStage, limit: number): Promise<readonly Work[]>;
  /** Work of these recordings that has failed for good, or whose last attempt failed. At most 1000 recordings. */
  troubled(recordingIds: readonly string[]): Promise<readonly Work[]>;
  /**
   * Sorted by id, the highest first. `after`: only those with a lower id. `leftOf`: only work that is not done, of recordings of the docking's recorder in
   * those states. Work of recordings that came with this docking is among it too, if another recorder made them or if the work has failed.
   */
  list(filter: {
    stage?: WorkStage;
    state?: WorkState;
    recordingId?: string;
    leftOf?: LeftOf;
    after?: string;
    limit: number;
  }): Promise<readonly Work[]>;
  /** The newest claims of work that runs on this host. */
  claimsOf(host: string): Promise<readonly Claim[]>;
}

export interface WorkWriter {
  /** Adds work in state `waiting`. Work with that id that is there already is left as it is. */
  insert(work: NewWork): Promise<void>;
  /** Adds the work, or makes `done` or `failed` work with that id wait again with no attempts counted. `running` work is left as it is. */
  reopen(work: NewWork): Promise<void>;
  /**
   * Claims the work for `by` and counts an attempt. null unless the work waits and is due, or its lease has ended. The lease ends after `leaseMs` on the
   * ledger's own monotonic clock; no other clock has a say.
   */
  claim(id: string, by: Worker, leaseMs: number): Promise<Claim | null>;
  /** Throws work.lease-lost unless the claim is the newest of its work and the work still runs. So do the four calls below. */
  requireClaim(claim: Claim): Promise<void>;
  /** Prolongs the lease to `leaseMs` from now, and stores the progress, 0 to 100. */
  renew(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void>;
  /** Sets the work to `done`, without error and lease. */
  finish(claim: Claim): Promise<void>;
  /**
   * Sets the work back to `waiting`, due in `delayMs`, for example outside the archive's hours. The attempt is not counted and no error is noted. A given
   * `priority` replaces the work's own.
   */
  postpone(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void>;
  /** Sets the work to `waiting`, due in `retryInMs`, or to `failed` if that is null. Keeps code and reason of the failure. */
  fail(claim: Claim, failure: WorkFailure): Promise<void>;
  /** Makes failed work wait again: all of it, or that of one stage or recording. Returns how much. */
  retryFailed(filter: { stage?: WorkStage; recordingId?: string }, nowMs: number): Promise<number>;
  /** Makes the claims of this host void and lets their work wait, due now. Claims of its process `except` stand. Returns how many. */
  giveBack(host: string, except?: string): Promise<number>;
}
