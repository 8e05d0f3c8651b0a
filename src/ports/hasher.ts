import type { Digests } from '#domain/digest';

/** Computes digests off the main thread. */
export interface Hasher {
  /** SHA-256 always; SM3 where `sm3`. Bounded: waits while the configured number of streams is open. */
  open(options: { sm3: boolean }): HashStream;
  close(): Promise<void>;
}

export interface HashStream {
  /**
   * Takes the first `bytes` bytes of `chunk`, whose buffer must be a SharedArrayBuffer. Resolves when every digest
   * has consumed them, so that the buffer may be used again. Calls must be made in the order of the stream; a second
   * may be made before the first resolves.
   */
  update(chunk: Uint8Array, bytes: number): Promise<void>;
  /** Ends the stream. */
  digest(): Promise<Digests>;
  /** Gives the stream up; safe to call at any time, also twice. */
  abort(): void;
}
