import type { VaultDraft } from './vault.ts';

/** What the steps of a lane took, ms. */
export interface Spent {
  readonly readMs: number;
  readonly hashMs: number;
  readonly writeMs: number;
}

export interface Pulled extends Spent {
  /** How many bytes went through; fewer than were asked for where the time was up, the file ended, or a read failed. */
  readonly bytes: number;
  /** The next byte could not be read: who reads it by VolumeFile.read learns why. */
  readonly failed: boolean;
}

/**
 * Threads through which the bytes of files go. A lane hashes each chunk and writes it at once, while it is in the cache of its processor: the digest is of
 * the bytes that were written.
 */
export interface Lanes {
  /**
   * `draft`: where the bytes go; null: they are only hashed. `reads`: a lane is wanted that reads the file by itself. There are few of those, each for one
   * file, so that a recorder that hangs holds up no other; `Passage.reads` tells whether one was free.
   */
  open(draft: VaultDraft | null, options: { reads: boolean }): Passage;
  close(): Promise<void>;
}

/** One file on its way through a lane. Calls are made in the order of its bytes; a second may be made before the first resolves. */
export interface Passage {
  /** The lane may read for itself. */
  readonly reads: boolean;
  /**
   * Passes on the first `bytes` bytes of `chunk`, which is one of the BufferPool's and may be used again when this resolves. Errors: vault.full,
   * vault.read-only, vault.write-failed, of this or an earlier call; the passage can only be aborted then.
   */
  take(chunk: Uint8Array, bytes: number, position: number): Promise<Spent>;
  /** Where it `reads`: the lane reads for itself, from an open file of this process, for a moment (100 ms and what its last read takes). Errors as `take`. */
  pull(descriptor: number, range: { readonly start: number; readonly end: number }): Promise<Pulled>;
  /** SHA-256 of all that went through, lower-case hexadecimal. Ends the passage. */
  digest(): Promise<string>;
  /** Gives the passage up, when no call of it is running any more; safe after the end too, and twice. */
  abort(): void;
}
