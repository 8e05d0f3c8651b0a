/** What keeps a ledger whole that is a file of this station. Another store has its own ways, and none of these. */
export interface LedgerUpkeep {
  /** Writes, fsyncs and removes a small file beside the ledger. Throws ledger.failed where its disk cannot be written. */
  probe(): Promise<void>;
  /** What the names of its backups end in, with the dot. */
  readonly extension: string;
  /** A consistent copy while running, written durably; `onPercent` 0 to 100. */
  backup(file: string, onPercent?: (percent: number) => void): Promise<{ bytes: number }>;
  /** The store's own check of its whole file, and `alterations`; the complaints, none if sound. */
  integrity(): Promise<readonly string[]>;
  /** What is not as this version makes it in tables, indexes and triggers; none if sound. */
  alterations(): Promise<readonly string[]>;
  /** Makes missing triggers and indexes again. Returns what it could not mend. */
  mendSchema(): Promise<readonly string[]>;
}
