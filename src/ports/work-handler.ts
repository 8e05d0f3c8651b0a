import type { ErrorCode, EvidockError } from '#domain/errors';
import type { Claim, WorkStage } from '#domain/work';

export interface WorkRun {
  /** Aborted when the station stops, the lease is lost or the work is cancelled. */
  readonly signal: AbortSignal;
  /** Progress of the work, 0 to 100; kept in the ledger with the lease, about once a second. */
  readonly onPercent: (percent: number) => void;
  /** It runs apart from the others and may take long. */
  readonly later: boolean;
  /** How the try before this one failed; null if there was none since it was queued, or since it was done. */
  readonly failedBefore: ErrorCode | null;
  /** Something moved: the lease is renewed by this, and by nothing else. */
  readonly onProgress: () => void;
}

/**
 * A stage that may run on any host. The runner claims the work, keeps its lease, counts tries and backs off; the stage
 * does the work and hands its result in by its claim (src/ports/work-gate.ts): the transaction that writes it ends the work, or refuses both.
 */
export interface WorkHandler {
  readonly stage: WorkStage;
  /** How long a run may stand still (`WorkRun.onProgress`) before it is stopped, ms. What it starts has limits of its own that are shorter. */
  readonly standstillMsMax: number;
  /** Tries before the runner gives up; Infinity for work that must go on until it is done. */
  readonly attemptsMax: number;
  run(claim: Claim, run: WorkRun): Promise<void>;
  /** Called when no retry mends it or the tries are used up; records in one transaction (with failWork) how the recording stands now. */
  gaveUp(claim: Claim, error: EvidockError): Promise<void>;
}
