import type { RateLimiter } from '#ports/rate-limiter';

const PIECE_BYTES_MAX = 1024 * 1024;
const PIECE_BYTES_MIN = 4096;

/** Lets `bytesPerSecond` through on average, without a burst; 0 is no limit. */
export class TokenBucket implements RateLimiter {
  readonly pieceBytes: number;
  readonly #bytesPerSecond: number;
  /** When everything taken so far will have gone, on the monotonic clock, ms. */
  #busyUntilMs = 0;

  constructor(options: { bytesPerSecond: number }) {
    this.#bytesPerSecond = options.bytesPerSecond;
    // A quarter of a second's worth: a connection that waits longer for its turn may be closed by the other side.
    const quarter = Math.floor(options.bytesPerSecond / 4);
    this.pieceBytes = options.bytesPerSecond === 0 ? PIECE_BYTES_MAX : Math.min(PIECE_BYTES_MAX, Math.max(PIECE_BYTES_MIN, quarter));
  }

  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#bytesPerSecond === 0) return;
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, this.#busyUntilMs);
    this.#busyUntilMs = startMs + (1000 * bytes) / this.#bytesPerSecond;
    if (startMs <= nowMs) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, startMs - nowMs);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
