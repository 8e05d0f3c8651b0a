/** A bound on bytes per second, shared by everybody who holds it. */
export interface RateLimiter {
  /** Resolves when `bytes` may go; throws the signal's reason when it is aborted. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}
