import type { LogObject, SegmentKind, ShippedEntry } from '#domain/custody/segment';

/** Where pieces of the custody log go. */
export const SHIPPING_PLACES = ['vault', 'archive'] as const;
export type ShippingPlace = (typeof SHIPPING_PLACES)[number];

/** How far a place is behind. */
export interface ShippingLag {
  /** Number of the first entry that is not there. */
  readonly next: number;
  /** How many are not there. */
  readonly entries: number;
  /** Time of the oldest that is not there; null if all are. */
  readonly oldestAtMs: number | null;
  /** Entries of which a personal value was erased and still stands there. */
  readonly erased: number;
}

/** What the ledger knows of the shipping of its log. Bookkeeping: no custody entry tells of it, or there would always be one more to ship. */
export interface ShippingLedger {
  /** One query. */
  lag(place: ShippingPlace): Promise<ShippingLag>;
  /**
   * Entries from `first` to at most `last`, as many as fit into `entriesMax` and `bytesMax` (with what stands beside them), at least one where there is one. All of
   * one kind.
   */
  entries(range: { first: number; last: number; entriesMax: number; bytesMax: number }): Promise<{
    kind: SegmentKind;
    entries: readonly ShippedEntry[];
  } | null>;
  /** Everything before `next` is there, durably. */
  noteShipped(place: ShippingPlace, next: number): Promise<void>;
  /** Numbers of entries of which personal values still stand in the place though they were erased here. At most 1000. */
  erased(place: ShippingPlace): Promise<readonly number[]>;
  noteErased(place: ShippingPlace, seqs: readonly number[]): Promise<void>;
}

/** A place with pieces of the log: the vault or the archive. */
export interface LogShelfReader {
  readonly place: ShippingPlace;
  read(key: string, signal: AbortSignal): Promise<Uint8Array>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
}

export interface LogShelf extends LogShelfReader {
  /** Durable, and read back: throws vault.mismatch or archive.mismatch where other bytes came. What has the key gives way. */
  put(object: LogObject, signal: AbortSignal): Promise<void>;
  /** What is not there is no error. */
  remove(key: string): Promise<void>;
}
