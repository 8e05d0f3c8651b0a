import type { WorkLane } from '#domain/work';

export interface JobRun {
  readonly signal: AbortSignal;
}

/**
 * The doorbell: says "look at this id" to whichever worker is free. It may forget everything at any moment; the ledger does not.
 * A handler that throws is reported to `onError`; whether and when it is tried again is for the ledger to say.
 */
export interface WorkQueue {
  start(): Promise<void>;
  /** Idempotent: an id that already waits or runs is not added twice. Errors: queue.unreachable. */
  ring(lane: WorkLane, workId: string, options: { priority: number; delayMs: number }): Promise<void>;
  /** Runs at most `concurrency` handlers of the lane at once on this host. Call before `start`. */
  listen(lane: WorkLane, concurrency: number, handler: (workId: string, run: JobRun) => Promise<void>): void;
  /** Throws queue.unreachable. */
  check(): Promise<string>;
  /** Aborts running handlers, waits for them (at most 10 s), disconnects. */
  stop(): Promise<void>;
}
