import type { Reason } from '#domain/reason';

/** A row of the ledger that is not as the custody log tells. */
export interface Contradiction {
  readonly table: string;
  /** Key of the row. */
  readonly row: string;
  /** null: the fault is of the row as a whole. */
  readonly column: string | null;
  /** The value in the ledger; null: the row is missing. */
  readonly found: string | null;
  /** The value by the log; null: the log has no such row. */
  readonly told: string | null;
  /** Number of the last entry that changed the row; null if there is none, or if the value follows from other rows. */
  readonly entry: number | null;
  readonly recordingId: string | null;
}

/** What a replay of the log yields while it runs. */
export type ReplayLine =
  | { readonly type: 'progress'; readonly entries: number; readonly entriesTotal: number }
  | ({ readonly type: 'contradiction' } & Contradiction);

/** Upkeep of a ledger that is a file of this station. Another kind of store has its own ways and does not implement this. */
export interface LedgerUpkeep {
  /** Writes, fsyncs and removes a small file beside the ledger. Throws ledger.failed where its disk cannot be written. */
  probe(): Promise<void>;
  /** The ending of the names of backups, with the dot. */
  readonly extension: string;
  /** Writes a consistent and durable copy to `file` while the ledger is in use. `onPercent` is called with 0 to 100. */
  backup(file: string, onPercent?: (percent: number) => void): Promise<{ bytes: number }>;
  /** Runs the store's own check of its whole file, and `alterations`. Returns the complaints; none if the file is sound. */
  integrity(): Promise<readonly Reason[]>;
  /**
   * Rebuilds from the log what the log alone tells (docs/design.md, "What the log rebuilds"), and yields every row of one committed state that contradicts it.
   * Rows that can be older than the log contradict nothing. Needs free space of twice the ledger's size. Throws ledger.failed.
   */
  replay(signal: AbortSignal): AsyncIterable<ReplayLine>;
  /** Finds tables, indexes and triggers that are not as this version makes them; none if all are. */
  alterations(): Promise<readonly Reason[]>;
  /** Makes missing triggers and indexes again. Returns what it could not mend. */
  mendSchema(): Promise<readonly Reason[]>;
}
