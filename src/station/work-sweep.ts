import { asEvidockError, type EvidockError } from '#domain/errors';
import { isDue, laneOf, type Work, type WorkStage } from '#domain/work';
import { type Log, sweepFailed } from '#events';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { WorkQueue } from '#ports/work-queue';
import { LogFold } from './log-fold.ts';

const SWEEP_MAX = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** Stages whose work this station wants done, on this host or another. */
  readonly stages: readonly WorkStage[];
  readonly sweepSeconds: number;
}

/** Rings the queue, again and again, for all work that waits in the ledger, and makes work whose lease has ended wait again. Any host may do the work. */
export class WorkSweep {
  readonly #options: Options;
  readonly #fold = new LogFold();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Begins. The queue must be started before. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.sweep(), this.#options.sweepSeconds * 1000);
    await this.sweep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
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
    const { ledger, clock, stages } = this.#options;
    try {
      await ledger.endLapsedLeases();
      // Each stage is asked for alone, so that a long backlog of one does not hide what is due in another.
      for (const stage of stages) for (const work of await ledger.work.due(clock.nowMs(), stage, SWEEP_MAX)) await this.#ring(work);
    } catch (error) {
      // Nothing is lost, because the work waits in the ledger. The next sweep tries again.
      this.#failed(asEvidockError(error));
    }
  }

  /** Rings at once for the work of a recording, and does not wait for the next sweep. */
  async poke(recordingId: string): Promise<void> {
    if (this.#stopped) return;
    const { ledger, clock, stages } = this.#options;
    try {
      const nowMs = clock.nowMs();
      for (const stage of stages)
        for (const work of await ledger.work.list({ stage, state: 'waiting', recordingId, limit: 10 }))
          if (isDue(work.dueAtMs, nowMs)) await this.#ring(work);
    } catch (error) {
      this.#failed(asEvidockError(error));
    }
  }

  async #ring(work: Work): Promise<void> {
    await this.#options.queue.ring(laneOf(work), work.id, { priority: work.priority, delayMs: 0 });
  }

  #failed(error: EvidockError): void {
    this.#fold.tell(`sweep ${error.code}`, (repeated) => sweepFailed(this.#options.log, error, repeated));
  }
}
