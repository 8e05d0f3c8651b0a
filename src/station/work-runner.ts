import { asEvidockError, type EvidockError, isFailure } from '#domain/errors';
import { backoffMs, isDue, laneOf, lanesOf, WORK_STAGES, type Work, type WorkLane } from '#domain/work';
import { type Log, stageFailed, sweepFailed, workLost } from '#events';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { ClaimedWork, WorkClaims } from '#ports/work-gate';
import type { WorkHandler, WorkRun } from '#ports/work-handler';
import type { JobRun, WorkQueue } from '#ports/work-queue';
import { Lease } from './lease.ts';
import { LogFold } from './log-fold.ts';

/** How long a run that was told to stop is waited for: after that its place is given to others. */
const GRACE_MS = 10_000;
const SWEEP_MAX = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** Of this process. */
  readonly claims: WorkClaims;
  readonly handlers: readonly WorkHandler[];
  readonly concurrency: Readonly<Record<WorkLane, number>>;
  readonly sweepSeconds: number;
  /** For jitter; in [0, 1). */
  readonly random: () => number;
  readonly graceMs?: number;
}

/**
 * Does the work that waits in the ledger: the queue only says which id to look at. Whatever the queue forgets is rung again at every sweep.
 */
export class WorkRunner {
  readonly #options: Options;
  readonly #fold = new LogFold();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { queue, handlers, concurrency, sweepSeconds } = this.#options;
    for (const handler of handlers)
      for (const lane of lanesOf(handler.stage)) queue.listen(lane, concurrency[lane], (id, run) => this.#work(handler, lane, id, run));
    await queue.start();
    this.#timer = setInterval(() => void this.sweep(), sweepSeconds * 1000);
    await this.sweep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
    await this.#options.queue.stop();
    this.#fold.stop();
  }

  /** Rings everything that is due. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepOnce().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweepOnce(): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#options.ledger.endLapsedLeases();
      // Stage by stage: a long backlog of one must not hide what is due in another.
      for (const { stage } of this.#options.handlers)
        for (const work of await this.#options.ledger.dueWork(this.#options.clock.nowMs(), stage, SWEEP_MAX)) await this.#ring(work, 0);
    } catch (error) {
      // The next sweep tries again; nothing is lost, the work waits in the ledger.
      this.#sweepFailed(asEvidockError(error));
    }
  }

  /** A recording has work that waits: rings it now rather than at the next sweep. */
  async poke(recordingId: string): Promise<void> {
    if (this.#stopped) return;
    try {
      const nowMs = this.#options.clock.nowMs();
      for (const stage of WORK_STAGES) {
        for (const work of await this.#options.ledger.listWork({ stage, state: 'waiting', recordingId, limit: 10 })) {
          if (isDue(work.dueAtMs, nowMs)) await this.#ring(work, 0);
        }
      }
    } catch (error) {
      this.#sweepFailed(asEvidockError(error));
    }
  }

  #sweepFailed(error: EvidockError): void {
    this.#fold.tell(`sweep ${error.code}`, (repeated) => sweepFailed(this.#options.log, error, repeated));
  }

  async #ring(work: Work, delayMs: number): Promise<void> {
    if (!this.#options.handlers.some((handler) => handler.stage === work.stage)) return;
    await this.#options.queue.ring(laneOf(work), work.id, { priority: work.priority, delayMs });
  }

  async #work(handler: WorkHandler, lane: WorkLane, id: string, job: JobRun): Promise<void> {
    const { ledger, claims, clock } = this.#options;
    const rung = await claims.look(id);
    // Its priority has changed since it was rung: it does not take a place of this lane.
    if (rung && laneOf(rung) !== lane) return this.#ring(rung, 0);
    const onTrouble = (error: EvidockError) => this.#sweepFailed(error);
    const lease = new Lease({ claims, workId: id, standstillMsMax: handler.standstillMsMax, onTrouble });
    const held = await lease.claim();
    if (!held) return;
    try {
      await this.#run(handler, held, { lane, job, lease });
    } catch (error) {
      if (!isFailure(error, 'work.lease-lost')) throw error;
      workLost(this.#options.log, { workId: id, token: held.claim.token }, error);
    } finally {
      lease.end();
    }
    // The stage may have found more to do meanwhile.
    const after = await ledger.work(id);
    if (after?.state === 'waiting' && isDue(after.dueAtMs, clock.nowMs())) await this.#again(after, 0);
  }

  /** Throws work.lease-lost where the work is somebody else's by now: nothing is said of how it ended then. */
  async #run(handler: WorkHandler, held: ClaimedWork, { lane, job, lease }: { lane: WorkLane; job: JobRun; lease: Lease }): Promise<void> {
    const signal = AbortSignal.any([job.signal, lease.signal]);
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
      if (job.signal.aborted) await this.#options.claims.postpone(held.claim, { delayMs: 0 });
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
    await claims.fail(claim, { code: error.code, detail: error.detail, retryInMs: delayMs });
    const facts = { recordingId: work.recordingId, attempt: work.attempts, retryInMs: delayMs };
    this.#fold.tell(`${work.stage} ${error.code}`, (repeated) => stageFailed(log, work.stage, { ...facts, repeated }, error));
    await this.#again(work, delayMs);
  }

  /** Rings once this job has ended: while it runs its id is taken and the ring would be lost. */
  async #again(work: Work, delayMs: number): Promise<void> {
    const timer = setTimeout(() => {
      if (this.#stopped) return;
      this.#ring(work, 0).catch((error: unknown) => this.#sweepFailed(asEvidockError(error)));
    }, delayMs + 50);
    timer.unref();
  }
}

/** As `run` ends; or, if it was told to stop and does not, as the signal says: what hangs must not keep its place for ever. */
async function orStopped(run: Promise<void>, signal: AbortSignal, graceMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  // Should it end after all, later, nobody is left whom its failure concerns.
  run.catch(() => undefined);
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
