/** A bound on bytes per second that all its holders share. */
export interface RateLimiter {
  /** How many bytes to ask for at a time, so that the flow is even. */
  readonly pieceBytes: number;
  /** Resolves when `bytes` bytes may be sent. Throws the signal's reason when the signal is aborted. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}
