import type { Reason } from '#domain/reason';
import type { WorkLane } from '#domain/work';

/** A lane of work. `archived` is no work: it tells the station the id of a recording that is archived now. */
export type QueueLane = WorkLane | 'archived';

export interface QueueRun {
  readonly signal: AbortSignal;
}

/**
 * The doorbell of one station: it says "look at this id" to one of its workers that is free. Other stations on the same server neither hear nor take these
 * rings. The queue may forget everything at any moment; the ledger does not. A handler that throws is reported to `onError`. Whether and when the work is tried
 * again is decided by the ledger.
 */
export interface WorkQueue {
  start(): Promise<void>;
  /** Adds an id to a lane. Idempotent: an id that waits or runs already is not added twice. This host need not listen to the lane. Throws queue.unreachable. */
  ring(lane: QueueLane, id: string, options: { priority: number; delayMs: number }): Promise<void>;
  /** Runs at most `concurrency` handlers of the lane at once on this host. Call before `start`. */
  listen(lane: QueueLane, concurrency: number, handler: (id: string, run: QueueRun) => Promise<void>): void;
  /** Throws queue.unreachable. */
  check(): Promise<Reason>;
  /** Aborts running handlers, waits for them (at most 10 s), disconnects. */
  stop(): Promise<void>;
}
