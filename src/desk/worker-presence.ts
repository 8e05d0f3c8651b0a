import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Worker } from '#domain/work';

/** What the rest of the station may ask: when workers were heard. */
export interface WorkersHeard {
  /** Seconds since the worker of this name was last heard; null if it was not heard since the station started. */
  secondsSince(name: string): number | null;
}

/**
 * Which process speaks for each worker: the one that began last. So two processes with one invitation never work at once, and the next process takes over at
 * once from one that was killed. Kept in memory: after a start of the station, the first process that is heard speaks.
 */
export class WorkerPresence implements WorkersHeard {
  readonly #monotonicMs: () => number;
  /** At most one entry for each good key: a call without a good key is refused before. */
  readonly #heard = new Map<string, { readonly instance: string; readonly atMs: number }>();

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  begin({ host, instance }: Worker): void {
    this.#heard.set(host, { instance, atMs: this.#monotonicMs() });
  }

  /** Throws work.replaced if another process with the same invitation began later. */
  hear(worker: Worker): void {
    const known = this.#heard.get(worker.host);
    if (known && known.instance !== worker.instance)
      throw new EvidockError(
        'work.replaced',
        because('process-followed', { host: worker.host, instance: worker.instance, next: known.instance }),
      );
    this.begin(worker);
  }

  secondsSince(name: string): number | null {
    const known = this.#heard.get(name);
    return known ? Math.floor((this.#monotonicMs() - known.atMs) / 1000) : null;
  }
}
