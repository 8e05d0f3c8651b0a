interface Waiting<T> {
  readonly item: T;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * After a transaction the next one waits this many times as long as the last one took, so that more items come together. It starts at once
 * when a batch is full; REST_MS_MAX bounds the wait.
 */
const REST = 8;
const REST_MS_MAX = 50;

/**
 * Puts things on record in few transactions: what comes while one is written goes into the next, so that a card of tiny files does not wait for
 * a flush of the disk for each of them.
 */
export class GroupCommit<T> {
  readonly #record: (batch: readonly T[]) => Promise<void>;
  readonly #itemsMax: number;
  #waiting: Waiting<T>[] = [];
  #recording = false;
  #notBeforeMs = 0;
  #full: (() => void) | undefined;

  /** `record` writes all of a batch or throws and has written nothing. */
  constructor(options: { itemsMax: number; record: (batch: readonly T[]) => Promise<void> }) {
    this.#itemsMax = options.itemsMax;
    this.#record = options.record;
  }

  /** Resolves when the item is on record; rejects with the error that kept it from the record. */
  add(item: T): Promise<void> {
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
    this.#waiting.push({ item, done, failed });
    if (!this.#recording) void this.#run();
    else if (this.#waiting.length >= this.#itemsMax) this.#full?.();
    return promise;
  }

  async #run(): Promise<void> {
    this.#recording = true;
    while (this.#waiting.length > 0) {
      await this.#rest();
      const begun = performance.now();
      await this.#commit(this.#waiting.splice(0, this.#itemsMax));
      const ended = performance.now();
      this.#notBeforeMs = ended + Math.min(REST_MS_MAX, REST * (ended - begun));
    }
    this.#recording = false;
  }

  async #rest(): Promise<void> {
    const restMs = this.#notBeforeMs - performance.now();
    if (restMs <= 0 || this.#waiting.length >= this.#itemsMax) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#full = resolve;
    const timer = setTimeout(resolve, restMs);
    await promise;
    clearTimeout(timer);
    this.#full = undefined;
  }

  async #commit(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#record(batch.map(({ item }) => item));
      for (const { done } of batch) done();
    } catch (error) {
      const [first] = batch;
      if (batch.length === 1) first?.failed(error);
      // Each item is tried alone: one that cannot be recorded must not keep the others from the record.
      else for (const each of batch) await this.#commit([each]);
    }
  }
}
