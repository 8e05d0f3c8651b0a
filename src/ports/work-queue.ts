import type { Reason } from '#domain/reason';
import type { WorkLane } from '#domain/work';

/** `archived`: no work, but word for the station, with the id of a recording that is archived now. */
export type QueueLane = WorkLane | 'archived';

export interface QueueRun {
  readonly signal: AbortSignal;
}

/**
 * The doorbell of one station: says "look at this id" to whichever of its workers is free. Other stations on the same server neither hear nor take its rings. It may forget everything at any moment; the ledger does not.
 * A handler that throws is reported to `onError`; whether and when it is tried again is for the ledger to say.
 */
export interface WorkQueue {
  start(): Promise<void>;
  /** Idempotent: an id that already waits or runs is not added twice. This host need not listen to that lane. Errors: queue.unreachable. */
  ring(lane: QueueLane, id: string, options: { priority: number; delayMs: number }): Promise<void>;
  /** Runs at most `concurrency` handlers of the lane at once on this host. Call before `start`. */
  listen(lane: QueueLane, concurrency: number, handler: (id: string, run: QueueRun) => Promise<void>): void;
  /** Throws queue.unreachable. */
  check(): Promise<Reason>;
  /** Aborts running handlers, waits for them (at most 10 s), disconnects. */
  stop(): Promise<void>;
}
