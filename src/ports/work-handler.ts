import type { ErrorCode, EvidockError } from '#domain/errors';
import type { Claim, WorkStage } from '#domain/work';

export interface WorkRun {
  /** Aborted when the station stops, the lease is lost or the work is cancelled. */
  readonly signal: AbortSignal;
  /** Takes the progress of the work, 0 to 100. The ledger keeps it with the lease, about once a second. */
  readonly onPercent: (percent: number) => void;
  /** True: this run may take long, because it runs apart from the others. */
  readonly later: boolean;
  /** How the attempt before this one failed; null if there was none since the work was queued or last done. */
  readonly failedBefore: ErrorCode | null;
  /** Called when something has moved. Only this renews the lease. */
  readonly onProgress: () => void;
}

/**
 * A stage that may run on any host. The runner claims the work, keeps its lease, counts attempts and backs off. The stage does the work and hands in its result
 * with its claim (src/ports/work-gate.ts). The transaction that writes the result also ends the work, or refuses both.
 */
export interface WorkHandler {
  readonly stage: WorkStage;
  /** How long a run may go without a call of `WorkRun.onProgress` before it is stopped, ms. The child processes of a run have shorter limits of their own. */
  readonly standstillMsMax: number;
  /** Attempts before the runner gives up; Infinity for work that must go on until it is done. */
  readonly attemptsMax: number;
  run(claim: Claim, run: WorkRun): Promise<void>;
  /** Called when no retry helps or all attempts are used up. Records in one transaction how the recording stands now, and that the work has failed. */
  gaveUp(claim: Claim, error: EvidockError): Promise<void>;
}
