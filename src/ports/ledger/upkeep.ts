import type { Reason } from '#domain/reason';

/** A row that is not as the custody log tells. */
export interface Contradiction {
  readonly table: string;
  /** Its key. */
  readonly row: string;
  /** null: the row as a whole. */
  readonly column: string | null;
  /** What stands there; null: the row is missing. */
  readonly found: string | null;
  /** What should, by the log; null: the log has no such row. */
  readonly told: string | null;
  /** The last entry that changed the row; null if there is none, or if the value follows from other rows. */
  readonly entry: number | null;
  readonly recordingId: string | null;
}

/** What a replay of the log tells while it runs. */
export type ReplayLine =
  | { readonly type: 'progress'; readonly entries: number; readonly entriesTotal: number }
  | ({ readonly type: 'contradiction' } & Contradiction);

/** What keeps a ledger whole that is a file of this station. Another store has its own ways, and none of these. */
export interface LedgerUpkeep {
  /** Writes, fsyncs and removes a small file beside the ledger. Throws ledger.failed where its disk cannot be written. */
  probe(): Promise<void>;
  /** What the names of its backups end in, with the dot. */
  readonly extension: string;
  /** A consistent copy while running, written durably; `onPercent` 0 to 100. */
  backup(file: string, onPercent?: (percent: number) => void): Promise<{ bytes: number }>;
  /** The store's own check of its whole file, and `alterations`; the complaints, none if sound. */
  integrity(): Promise<readonly Reason[]>;
  /**
   * Builds from the log alone what it rebuilds (docs/design.md), and tells every row of one committed state that contradicts it. Rows that can be older than the
   * log contradict nothing. Takes as much room again as the ledger while it runs. Throws ledger.failed.
   */
  replay(signal: AbortSignal): AsyncIterable<ReplayLine>;
  /** What is not as this version makes it in tables, indexes and triggers; none if sound. */
  alterations(): Promise<readonly Reason[]>;
  /** Makes missing triggers and indexes again. Returns what it could not mend. */
  mendSchema(): Promise<readonly Reason[]>;
}
