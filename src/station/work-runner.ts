import { asEvidockError, type EvidockError, isFailure } from '#domain/errors';
import { backoffMs, isDue, laneOf, lanesOf, type Work, type WorkLane } from '#domain/work';
import { type Log, stageFailed, workLost, workTrouble } from '#events';
import type { Clock } from '#ports/clock';
import type { ClaimedWork, WorkClaims } from '#ports/work-gate';
import type { WorkHandler, WorkRun } from '#ports/work-handler';
import type { QueueRun, WorkQueue } from '#ports/work-queue';
import { Lease } from './lease.ts';
import { LogFold } from './log-fold.ts';

/** How long the runner waits for a run that it told to stop, ms. After that it gives the run's place to other work. */
const GRACE_MS = 10_000;

interface Options {
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** The gate for the claims of this process. */
  readonly claims: WorkClaims;
  readonly handlers: readonly WorkHandler[];
  /** How many runs each lane may have at once. A lane with 0 is left to other hosts. */
  readonly concurrency: Readonly<Record<WorkLane, number>>;
  /** A random number in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
  readonly graceMs?: number;
}

/**
 * Claims and does work on this host. The queue only says which id to look at. The runner knows the gate and no ledger, so it runs on any host. The station
 * rings again whatever the queue forgets (`WorkSweep`).
 */
export class WorkRunner {
  readonly #options: Options;
  readonly #fold = new LogFold();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { queue, handlers, concurrency } = this.#options;
    for (const handler of handlers)
      for (const lane of lanesOf(handler.stage))
        if (concurrency[lane] > 0) queue.listen(lane, concurrency[lane], (id, run) => this.#work(handler, lane, id, run));
    await queue.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#options.queue.stop();
    this.#fold.stop();
  }

  #trouble(error: EvidockError): void {
    this.#fold.tell(`work ${error.code}`, (repeated) => workTrouble(this.#options.log, error, repeated));
  }

  async #ring(work: Work, delayMs: number): Promise<void> {
    await this.#options.queue.ring(laneOf(work), work.id, { priority: work.priority, delayMs });
  }

  async #work(handler: WorkHandler, lane: WorkLane, id: string, queued: QueueRun): Promise<void> {
    const { claims, clock } = this.#options;
    const rung = await claims.look(id);
    // The priority has changed since the ring, so the work belongs to another lane now.
    if (rung && laneOf(rung) !== lane) return this.#ring(rung, 0);
    const onTrouble = (error: EvidockError) => this.#trouble(error);
    const lease = new Lease({ claims, workId: id, standstillMsMax: handler.standstillMsMax, onTrouble });
    const held = await lease.claim();
    if (!held) return;
    try {
      await this.#run(handler, held, { lane, queued, lease });
    } catch (error) {
      if (!isFailure(error, 'work.lease-lost')) throw error;
      workLost(this.#options.log, { workId: id, token: held.claim.token }, error);
    } finally {
      lease.end();
    }
    // The stage may have found more to do meanwhile, and the work then waits again.
    const after = await claims.look(id);
    if (after?.state === 'waiting' && isDue(after.dueAtMs, clock.nowMs())) await this.#again(after, 0);
  }

  /** Runs the handler and records a failure. Throws work.lease-lost where another host has the work by now; then no outcome is recorded here. */
  async #run(
    handler: WorkHandler,
    held: ClaimedWork,
    { lane, queued, lease }: { lane: WorkLane; queued: QueueRun; lease: Lease },
  ): Promise<void> {
    const signal = AbortSignal.any([queued.signal, lease.signal]);
    const later = lane !== handler.stage;
    const run: WorkRun = {
      ...{ signal, later, failedBefore: held.work.errorCode },
      onPercent: (percent) => lease.percent(percent),
      onProgress: () => lease.progress(),
    };
    try {
      await orStopped(handler.run(held.claim, run), lease.signal, this.#options.graceMs ?? GRACE_MS);
    } catch (error) {
      lease.end();
      const why: unknown = lease.signal.aborted ? lease.signal.reason : error;
      if (isFailure(why, 'work.lease-lost')) throw why;
      if (queued.signal.aborted) await this.#options.claims.postpone(held.claim, { delayMs: 0 });
      else await this.#failed(handler, held, why);
    }
  }

  async #failed(handler: WorkHandler, { claim, work }: ClaimedWork, thrown: unknown): Promise<void> {
    const { claims, log, random } = this.#options;
    const error = asEvidockError(thrown);
    if (error.retry === 'never' || work.attempts >= handler.attemptsMax) {
      await handler.gaveUp(claim, error);
      return;
    }
    const delayMs = error.retry === 'now' ? 0 : backoffMs(work.attempts, random());
    await claims.fail(claim, { code: error.code, reason: error.reason, retryInMs: delayMs });
    const facts = { recordingId: work.recordingId, attempt: work.attempts, retryInMs: delayMs };
    this.#fold.tell(`${work.stage} ${error.code}`, (repeated) => stageFailed(log, work.stage, { ...facts, repeated }, error));
    await this.#again(work, delayMs);
  }

  /** Rings for the work after this run has ended. During the run the queue has its id already, and the ring would be lost. */
  async #again(work: Work, delayMs: number): Promise<void> {
    const timer = setTimeout(() => {
      if (this.#stopped) return;
      this.#ring(work, 0).catch((error: unknown) => this.#trouble(asEvidockError(error)));
    }, delayMs + 50);
    timer.unref();
  }
}

/**
 * Settles as `run` does. If `run` was told to stop and does not end within `graceMs`, rejects with the signal's reason, so that a run that hangs does not keep
 * its place for ever.
 */
async function orStopped(run: Promise<void>, signal: AbortSignal, graceMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  // The run may still end later, and nobody cares for its failure then.
  run.catch(() => undefined);
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
