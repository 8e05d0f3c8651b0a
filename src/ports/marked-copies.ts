import type { Readable } from 'node:stream';

/** A playable file as it lies in vault or archive. */
export interface PlainCopy {
  /** Its bytes from the first to the last. They are read as fast as the marked copy is taken, and destroyed in the end. */
  readonly content: Readable;
  readonly bytes: number;
  /** `video/…`: the mark goes into the picture. Any other file has none, so the mark goes into its metadata alone. */
  readonly mediaType: string;
}

export interface MarkedCopy {
  /** It ends when the copy is whole. It is destroyed with an error where it is not. Whoever wants no more of it destroys it. */
  readonly content: Readable;
  /** Resolves when nothing runs for this copy any more. Never rejects. */
  readonly ended: Promise<void>;
}

/** Makes copies that show who took them, while they are sent: nothing of them is kept. */
export interface MarkedCopies {
  /** Name and version of what is done, as entries name it: `mark/1`. */
  readonly recipe: string;
  /** Throws station.font-missing: a name would be drawn as boxes. */
  check(): Promise<void>;
  /**
   * Burns `mark` into the picture. It is untrusted text, and shown as it is. Resolves when the first bytes are there. Throws transcoder.failed, .timeout,
   * .stood-still, .missing, or the signal's reason; the plain copy is destroyed then too.
   */
  make(plain: PlainCopy, mark: string, signal: AbortSignal): Promise<MarkedCopy>;
}
