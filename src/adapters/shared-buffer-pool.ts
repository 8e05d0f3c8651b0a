import type { BufferPool } from '#ports/buffer-pool';

interface Waiter {
  readonly give: (chunk: Uint8Array) => void;
}

/** Chunks of shared memory, made when first needed, never more than the bound. */
export class SharedBufferPool implements BufferPool {
  readonly chunkBytes: number;
  readonly #chunksMax: number;
  readonly #free: Uint8Array[] = [];
  readonly #waiting = new Set<Waiter>();
  #made = 0;

  constructor(options: { bytes: number; chunkBytes: number }) {
    this.chunkBytes = options.chunkBytes;
    this.#chunksMax = Math.max(2, Math.floor(options.bytes / options.chunkBytes));
  }

  acquire(signal?: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const free = this.#free.pop();
      if (free) return resolve(free);
      if (this.#made < this.#chunksMax) {
        this.#made += 1;
        return resolve(new Uint8Array(new SharedArrayBuffer(this.chunkBytes)));
      }
      const onAbort = () => {
        this.#waiting.delete(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        give: (chunk) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(chunk);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
      return undefined;
    });
  }

  release(chunk: Uint8Array): void {
    const [first] = this.#waiting;
    if (!first) {
      this.#free.push(chunk);
      return;
    }
    this.#waiting.delete(first);
    first.give(chunk);
  }
}
