import { asEvidockError } from '#domain/errors';
import { backoffMs, isDue, laneOf, lanesOf, WORK_STAGES, type Work, type WorkLane } from '#domain/work';
import { type Log, stageFailed, sweepFailed } from '#events';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { WorkHandler } from '#ports/work-handler';
import type { JobRun, WorkQueue } from '#ports/work-queue';

const LEASE_MS = 60_000;
const RENEW_MS = 1000;
const SWEEP_MAX = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process in leases. */
  readonly owner: string;
  readonly handlers: readonly WorkHandler[];
  readonly concurrency: Readonly<Record<WorkLane, number>>;
  readonly sweepSeconds: number;
  /** For jitter; in [0, 1). */
  readonly random: () => number;
}

/**
 * Does the work that waits in the ledger: the queue only says which id to look at. Whatever the queue forgets is rung again at every sweep.
 */
export class WorkRunner {
  readonly #o: Options;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#o = options;
  }

  async start(): Promise<void> {
    const { queue, handlers, concurrency, sweepSeconds } = this.#o;
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
    await this.#o.queue.stop();
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
      // Stage by stage: a long backlog of one must not hide what is due in another.
      for (const { stage } of this.#o.handlers)
        for (const work of await this.#o.ledger.dueWork(this.#o.clock.nowMs(), stage, SWEEP_MAX)) await this.#ring(work, 0);
    } catch (error) {
      // The next sweep tries again; nothing is lost, the work waits in the ledger.
      sweepFailed(this.#o.log, asEvidockError(error));
    }
  }

  /** A recording has work that waits: rings it now rather than at the next sweep. */
  async poke(recordingId: string): Promise<void> {
    if (this.#stopped) return;
    try {
      const nowMs = this.#o.clock.nowMs();
      for (const stage of WORK_STAGES) {
        for (const work of await this.#o.ledger.listWork({ stage, state: 'waiting', recordingId, limit: 10 })) {
          if (isDue(work.dueAtMs, nowMs)) await this.#ring(work, 0);
        }
      }
    } catch (error) {
      sweepFailed(this.#o.log, asEvidockError(error));
    }
  }

  async #ring(work: Work, delayMs: number): Promise<void> {
    if (!this.#o.handlers.some((handler) => handler.stage === work.stage)) return;
    await this.#o.queue.ring(laneOf(work), work.id, { priority: work.priority, delayMs });
  }

  async #work(handler: WorkHandler, lane: WorkLane, id: string, job: JobRun): Promise<void> {
    const { ledger, clock, owner } = this.#o;
    const rung = await ledger.work(id);
    // Its priority has changed since it was rung: it does not take a place of this lane.
    if (rung && laneOf(rung) !== lane) return this.#ring(rung, 0);
    if (!(await ledger.claimWork(id, owner, clock.nowMs(), LEASE_MS))) return;
    const work = await ledger.work(id);
    if (!work) return;
    const lost = new AbortController();
    const signal = AbortSignal.any([job.signal, lost.signal]);
    let percent = 0;
    const renewing = setInterval(() => {
      ledger.renewWork(id, owner, clock.nowMs(), LEASE_MS, percent).then(
        (held) => held || lost.abort(),
        (error: unknown) => sweepFailed(this.#o.log, asEvidockError(error)),
      );
    }, RENEW_MS);
    try {
      await handler.run(work.recordingId, {
        signal,
        later: lane !== handler.stage,
        onPercent: (value) => {
          percent = Math.max(percent, Math.min(100, value));
        },
      });
    } catch (error) {
      clearInterval(renewing);
      if (lost.signal.aborted) return;
      if (job.signal.aborted) await ledger.transaction((writer) => writer.postponeWork(id, clock.nowMs(), clock.nowMs()));
      else await this.#failed(handler, work, error);
      return;
    } finally {
      clearInterval(renewing);
    }
    // The stage may have found more to do meanwhile.
    const after = await ledger.work(id);
    if (after?.state === 'waiting' && isDue(after.dueAtMs, clock.nowMs())) await this.#again(after, 0);
  }

  async #failed(handler: WorkHandler, work: Work, thrown: unknown): Promise<void> {
    const { ledger, clock, log, random } = this.#o;
    const error = asEvidockError(thrown);
    if (error.retry === 'never' || work.attempts >= handler.attemptsMax) {
      await handler.gaveUp(work.recordingId, error);
      return;
    }
    const delayMs = error.retry === 'now' ? 0 : backoffMs(work.attempts, random());
    const nowMs = clock.nowMs();
    await ledger.transaction((writer) =>
      writer.failWork(work.id, { code: error.code, detail: error.detail, nowMs, nextDueAtMs: nowMs + delayMs }),
    );
    stageFailed(log, work.stage, { recordingId: work.recordingId, attempt: work.attempts, retryInMs: delayMs }, error);
    await this.#again(work, delayMs);
  }

  /** Rings once this job has ended: while it runs its id is taken and the ring would be lost. */
  async #again(work: Work, delayMs: number): Promise<void> {
    const timer = setTimeout(() => {
      if (this.#stopped) return;
      this.#ring(work, 0).catch((error: unknown) => sweepFailed(this.#o.log, asEvidockError(error)));
    }, delayMs + 50);
    timer.unref();
  }
}
