/**
 * What may be done to a docked recorder beyond reading it. Nothing outside the two users of this port, wipe and clock, ever writes to a recorder.
 */
export interface RecorderAccess {
  /**
   * Makes the recorder's volumes writable for the time of `work` and read-only again after it, also after an error.
   * Throws recorder.removed, or recorder.mount-failed if it cannot be made writable.
   */
  writable<T>(work: (writer: RecorderWriter) => Promise<T>): Promise<T>;
}

/** Paths are the printable ones of the volume. Links are never followed. */
export interface RecorderWriter {
  /** As it is now; null if there is no such regular file. */
  stat(path: string): Promise<{ bytes: number; mtimeMs: number } | null>;
  /** Removes one regular file; durable only after `sync`. Throws recorder.*. */
  remove(path: string): Promise<void>;
  /** Replaces a small text file (a clock file). Throws recorder.*. */
  writeText(path: string, text: string): Promise<void>;
  /** Everything removed or written so far has reached the recorder. Throws recorder.*. */
  sync(): Promise<void>;
}
