import type { Holding } from '#domain/fixity/plan';
import type { Copy } from '#domain/recording';

/** `unread`: nobody knows what it holds. `bad`: two readings differ from what was sealed, or it is gone. `lost`: bad, and no other place holds what was sealed. */
export type ScrubFaultKind = 'unread' | 'bad' | 'lost';

export interface ScrubFault {
  readonly itemId: string;
  readonly recordingId: string;
  readonly where: string;
  readonly key: string;
  readonly kind: ScrubFaultKind;
  readonly foundAtMs: number;
  /** It is not looked at before. */
  readonly dueAtMs: number;
  /** When the place held the sealed bytes again; null: it does not. */
  readonly endedAtMs: number | null;
}

/** Sums over a place. */
export interface ScrubTally extends Holding {
  /** The last check of the one that was checked longest ago; null: nothing is there. */
  readonly oldestMs: number | null;
  readonly overdue: number;
}

/** What people have ordered for a place. */
export interface ScrubOrders {
  readonly paused: boolean;
  /** When healing was stopped for too many faults; null: it goes on. */
  readonly haltedAtMs: number | null;
  /** Faults up to this moment were confirmed by a person, and are counted no more; null: never. */
  readonly confirmedAtMs: number | null;
  /** What was not checked since is checked without waiting; null: the even pace holds. */
  readonly runSinceMs: number | null;
}

/**
 * The reading again of originals on a schedule. The place of the scrub in its round is the time of the last check in each row of `copies`, so a process that is
 * killed goes on where it was. Of the vault, what was evicted is left out.
 */
export interface ScrubsReader {
  /**
   * The copy that was checked longest ago; null: there is none. One whose last check lies in the future comes first, because its time proves nothing. A copy with
   * an open fault is left out until that is due.
   */
  next(place: string, nowMs: number): Promise<Copy | null>;
  /** The copy whose open fault is due for the longest; null: none is. It has its turn before others, however lately it was checked. */
  dueFault(place: string, nowMs: number): Promise<Copy | null>;
  /**
   * Adds up everything that a place holds, in steps of some milliseconds between which others have their turn: of a million recordings it is seconds. What changes
   * meanwhile is in it or not. `beforeMs`: what was checked before counts as overdue.
   */
  tally(place: string, beforeMs: number): Promise<ScrubTally>;
  orders(place: string): Promise<ScrubOrders>;
  fault(itemId: string, place: string): Promise<ScrubFault | null>;
  /** Faults that are not ended, oldest first. */
  openFaults(place: string, limit: number): Promise<readonly ScrubFault[]>;
  /** How many faults were found since this moment, healed ones too. */
  faultsSince(place: string, ms: number): Promise<number>;
}

export interface ScrubsWriter {
  /** In place of an earlier fault of this copy. */
  putFault(fault: ScrubFault): Promise<void>;
  putOrders(place: string, orders: ScrubOrders): Promise<void>;
}
