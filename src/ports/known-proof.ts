import type { Original } from '#domain/recording';
import type { Volume } from './recorder-driver.ts';

/** `same`: every byte, by the sealed digest; `unread`: it could not be read to its end, or has changed, which proves nothing. */
export type Verdict = 'same' | 'differs' | 'unread';

/** The one way to tell whether a file on a docked recorder is a sealed original, from the first byte to the last. */
export interface KnownProof {
  /**
   * A comparison that this docking has made already counts. `original.cardPath` is where the file is now; its size and mtime must be those of the
   * original. One that differs is on record as a new file when this resolves, and the docking is not safe any more. `unlisted`: the file came after
   * the card was listed and is another one; the next docking takes it. Throws recorder.removed.
   */
  prove(dockingId: string, original: Original, volume: Volume, signal: AbortSignal): Promise<Verdict | 'unlisted'>;
}
