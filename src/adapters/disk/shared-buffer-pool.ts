import type { BufferPool } from '#ports/buffer-pool';
import { pageMemory } from './page-memory.ts';

interface Waiter {
  readonly give: (chunk: Uint8Array) => void;
}

/** Chunks of one shared memory, which take space when they are first used; never more than the bound. */
export class SharedBufferPool implements BufferPool {
  readonly chunkBytes: number;
  readonly #memory: Uint8Array;
  readonly #free: Uint8Array[] = [];
  readonly #waiting = new Set<Waiter>();
  #made = 0;

  constructor(options: { bytes: number; chunkBytes: number }) {
    this.chunkBytes = options.chunkBytes;
    this.#memory = pageMemory(Math.max(2, Math.floor(options.bytes / options.chunkBytes)) * options.chunkBytes);
  }

  acquire(signal?: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const free = this.#free.pop();
      if (free) return resolve(free);
      const start = this.#made * this.chunkBytes;
      if (start < this.#memory.length) {
        this.#made += 1;
        return resolve(this.#memory.subarray(start, start + this.chunkBytes));
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
