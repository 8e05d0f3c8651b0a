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

/** Work of a docking; `states`: those of recordings of which something is still to be done. */
export interface LeftOf {
  readonly dockingId: string;
  readonly states: readonly RecordingState[];
}

export interface WorkReader {
  get(id: string): Promise<Work | null>;
  /** What should be running: `waiting` and due (`isDue` of domain/work). Work whose lease has ended is among it after `endLapsedLeases`. */
  due(nowMs: number, stage: WorkStage, limit: number): Promise<readonly Work[]>;
  /** Work of these recordings that has failed, or failed the last time and is tried again. At most 1000 recordings. */
  troubled(recordingIds: readonly string[]): Promise<readonly Work[]>;
  /**
   * By id, the highest first; `after`: those below this id. `leftOf`: only what is not done of the recordings that are not in their last state yet of the
   * recorder of this docking, and of what else came with it.
   */
  list(filter: {
    stage?: WorkStage;
    state?: WorkState;
    recordingId?: string;
    leftOf?: LeftOf;
    after?: string;
    limit: number;
  }): Promise<readonly Work[]>;
  /** The newest claims of what runs on this host. */
  claimsOf(host: string): Promise<readonly Claim[]>;
}

export interface WorkWriter {
  /** Adds work in state `waiting`; an existing id is left as it is. */
  insert(work: NewWork): Promise<void>;
  /** Adds the work, or makes `done` or `failed` work of that id wait again with no attempts counted; `running` work is left as it is. */
  reopen(work: NewWork): Promise<void>;
  /**
   * Takes the work for `by`: null unless it is waiting and due, or its lease has ended. Counts one attempt. The lease ends `leaseMs` from now on by the
   * ledger's own monotonic clock; no other clock has a say.
   */
  claim(id: string, by: Worker, leaseMs: number): Promise<Claim | null>;
  /** Throws work.lease-lost unless the claim is the newest of its work and that still runs. So do the four calls below. */
  requireClaim(claim: Claim): Promise<void>;
  /** The lease ends `leaseMs` from now on; stores the progress, 0 to 100. */
  renew(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void>;
  /** `done`; clears error and lease. */
  finish(claim: Claim): Promise<void>;
  /** Back to `waiting`, due in `delayMs`, without an error (for example outside the archive's hours); the attempt is not counted. A priority given takes the place of its own. */
  postpone(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void>;
  /** `waiting`, due in `retryInMs`, or `failed` if that is null; keeps code and detail. */
  fail(claim: Claim, failure: WorkFailure): Promise<void>;
  /** Failed work (of that stage) is waiting again; returns how many. */
  retryFailed(filter: { stage?: WorkStage; recordingId?: string }, nowMs: number): Promise<number>;
  /** Claims of this host are void (but for those of `except`, one process of it) and their work waits, due now. Returns how many. */
  giveBack(host: string, except?: string): Promise<number>;
}
