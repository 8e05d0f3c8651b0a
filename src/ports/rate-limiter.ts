/** A bound on bytes per second, shared by everybody who holds it. */
export interface RateLimiter {
  /** How many bytes to ask for at a time, so that the flow is even. */
  readonly pieceBytes: number;
  /** Resolves when `bytes` may go; throws the signal's reason when it is aborted. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}
