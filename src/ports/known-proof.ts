import type { Original } from '#domain/recording';
import type { Volume } from './recorder-driver.ts';

/** `same`: every byte is the sealed one, by the digest. `unread`: the file could not be read to its end or has changed, which proves nothing. */
export type Verdict = 'same' | 'differs' | 'unread';

/** The one way to tell whether a file on a docked recorder is a sealed original, from its first byte to its last. */
export interface KnownProof {
  /**
   * Compares the file with the original. A comparison that this docking has made before counts and is not made again. `original.cardPath` is where the file is
   * now; size and mtime must be those of the original. When this resolves with `differs`, the file is on record as a new one and the docking is no longer safe.
   * `unlisted`: the file is another one and came after the card was listed; the next docking takes it. Throws recorder.removed.
   */
  prove(dockingId: string, original: Original, volume: Volume, signal: AbortSignal): Promise<Verdict | 'unlisted'>;
}
