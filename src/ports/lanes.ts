import type { VaultDraft } from './vault.ts';

/** Time that the steps of a lane took, ms. */
export interface Spent {
  readonly readMs: number;
  readonly hashMs: number;
  readonly writeMs: number;
}

export interface Pulled extends Spent {
  /** How many bytes went through. Fewer than were asked for if the time was up, the file ended, or a read failed. */
  readonly bytes: number;
  /** The next byte could not be read. The caller learns why by reading it with VolumeFile.read. */
  readonly failed: boolean;
}

/**
 * Threads that pass the bytes of files on. A lane hashes each chunk and writes it at once, while the chunk is in the cache of its processor. So the digest is
 * of the very bytes that were written.
 */
export interface Lanes {
  /**
   * Opens a passage for one file. `draft`: where the bytes go; null: they are only hashed. `reads`: the caller wants a lane that reads the file by itself.
   * There are few such lanes, each for one file at a time, so that a recorder that hangs holds up no other. `Passage.reads` tells whether one was free.
   */
  open(draft: VaultDraft | null, options: { reads: boolean }): Passage;
  close(): Promise<void>;
}

/** One file on its way through a lane. Calls come in the order of the file's bytes. A second call may be made before the first resolves. */
export interface Passage {
  /** True: `pull` may be called. */
  readonly reads: boolean;
  /**
   * Passes on the first `bytes` bytes of `chunk`. The chunk is one of the BufferPool's and may be used again when this resolves. Errors of this or an earlier
   * call: vault.full, vault.read-only, vault.write-failed. After an error the passage can only be aborted.
   */
  take(chunk: Uint8Array, bytes: number, position: number): Promise<Spent>;
  /**
   * Only where `reads` is true: the lane itself reads from an open file of this process, for 100 ms and what its last read takes beyond that. Errors as of
   * `take`.
   */
  pull(descriptor: number, range: { readonly start: number; readonly end: number }): Promise<Pulled>;
  /** SHA-256 of all bytes that went through, lower-case hexadecimal. Ends the passage. */
  digest(): Promise<string>;
  /** Gives the passage up. No call of it may be running. Safe to call after the end, and twice. */
  abort(): void;
}
