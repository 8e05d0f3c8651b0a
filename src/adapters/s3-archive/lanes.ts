import type { Pace } from './pace.ts';

interface Waiting {
  readonly enter: () => void;
  readonly onMoved: () => void;
}

/** Bounds how many parts are sent at once over all uploads, by what the pace allows at the moment. */
export class Lanes {
  readonly #pace: Pace;
  readonly #waiting: Waiting[] = [];
  #taken = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Waits for a lane. Meanwhile progress of other senders counts as progress of this one, because the queue moves. */
  async enter(signal: AbortSignal | undefined, onMoved: () => void): Promise<void> {
    signal?.throwIfAborted();
    if (this.#taken < this.#pace.partsAtOnce) {
      this.#taken += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      const entry: Waiting = {
        enter: () => {
          signal?.removeEventListener('abort', onAbort);
          this.#taken += 1;
          resolve();
        },
        onMoved,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
    });
  }

  leave(): void {
    this.#taken -= 1;
    while (this.#taken < this.#pace.partsAtOnce && this.#waiting.length > 0) this.#waiting.shift()?.enter();
  }

  moved(): void {
    for (const { onMoved } of this.#waiting) onMoved();
  }
}
