/** What may be done to a docked recorder beyond reading it. Only the wipe and the setting of the clock use this port, and nothing else writes to a recorder. */
export interface RecorderAccess {
  /**
   * Makes the recorder's volumes writable while `work` runs, and read-only again after it, also after an error. Throws recorder.removed, or
   * recorder.mount-failed if the recorder cannot be made writable.
   */
  writable<T>(work: (writer: RecorderWriter) => Promise<T>): Promise<T>;
}

/** Paths are the printable ones of the volume. Links are never followed. */
export interface RecorderWriter {
  /** Size and time of the file now; null if there is no such regular file. */
  stat(path: string): Promise<{ bytes: number; mtimeMs: number } | null>;
  /** Removes one regular file; durable only after `sync`. Throws recorder.*. */
  remove(path: string): Promise<void>;
  /** Replaces a small text file (a clock file). Throws recorder.*. */
  writeText(path: string, text: string): Promise<void>;
  /** Resolves when everything that was removed or written is durable on the recorder. Throws recorder.*. */
  sync(): Promise<void>;
}
