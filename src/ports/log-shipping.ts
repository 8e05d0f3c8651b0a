import type { LogObject, SegmentKind, ShippedEntry } from '#domain/custody/segment';

/** The places into which pieces of the custody log are copied. */
export const SHIPPING_PLACES = ['vault', 'archive'] as const;
export type ShippingPlace = (typeof SHIPPING_PLACES)[number];

/** How far a place is behind the log. */
export interface ShippingLag {
  /** Number of the first entry that the place does not have. */
  readonly next: number;
  /** How many entries the place does not have. */
  readonly entries: number;
  /** Time of the oldest entry that the place does not have, ms since 1970 UTC; null if it has all. */
  readonly oldestAtMs: number | null;
  /** How many entries still have a personal value in the place that is erased in the ledger. */
  readonly erased: number;
}

/** What the ledger notes of the shipping of its own log. No custody entry tells of this, because then one more entry would always be left to ship. */
export interface ShippingLedger {
  /** How far the place is behind; one query. */
  lag(place: ShippingPlace): Promise<ShippingLag>;
  /**
   * Entries from `first` to at most `last`, all of one kind. As many as fit into `entriesMax` and `bytesMax` (with their personal values, salts and lists), but
   * at least one where there is one.
   */
  entries(range: { first: number; last: number; entriesMax: number; bytesMax: number }): Promise<{
    kind: SegmentKind;
    entries: readonly ShippedEntry[];
  } | null>;
  /** Notes that the place durably has every entry before `next`. */
  noteShipped(place: ShippingPlace, next: number): Promise<void>;
  /** Numbers of entries with a personal value that is erased in the ledger and still stands in the place. At most 1000. */
  erased(place: ShippingPlace): Promise<readonly number[]>;
  noteErased(place: ShippingPlace, seqs: readonly number[]): Promise<void>;
}

/** Reads the pieces of the log in one place: the vault or the archive. */
export interface LogShelfReader {
  readonly place: ShippingPlace;
  read(key: string, signal: AbortSignal): Promise<Uint8Array>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
}

export interface LogShelf extends LogShelfReader {
  /** Stores a piece durably, in place of one with the same key, and reads it back. Throws vault.mismatch or archive.mismatch where other bytes came back. */
  put(object: LogObject, signal: AbortSignal): Promise<void>;
  /** Removes a piece. A key that is not there is no error. */
  remove(key: string): Promise<void>;
}
