import type { HeldFacts, NumberedFile } from '#domain/hold/completeness';
import type { HeldRecording, Hold, HoldReport, HoldScope } from '#domain/hold/hold';
import type { Reason } from '#domain/reason';
import type { Scope } from '#domain/scope';
import type { Page } from './page.ts';

export type NewHold = Pick<Hold, 'id' | 'scope' | 'reason' | 'author' | 'setAtMs' | 'reviewAtMs'>;

/** A recording whose holds in the storage are to be changed. */
export interface DueMirror {
  readonly recordingId: string;
  /** Whether it is held now, so what the storage is to say. */
  readonly held: boolean;
  readonly attempts: number;
  /** The objects that the storage was told to hold, also those of copies that are on record no more. */
  readonly objects: readonly HeldObject[];
}

/** One version of an object in the storage. */
export interface HeldObject {
  readonly key: string;
  readonly versionId: string;
}

/**
 * Legal holds. `isHeld` and `unmirrored` tell of every recording, whoever asks: they are the questions of whoever would delete one. Everything else is told within the
 * scope of the ledger: a hold is seen by whoever sees all, or sees a recording that it has reached, or set it.
 */
export interface HoldsReader {
  get(id: string): Promise<Hold | null>;
  /** Newest first. `after`: only those with a lower id. `recordingId`: only those that cover it now. */
  list(filter: Page & { readonly inForce?: boolean; readonly recordingId?: string }): Promise<readonly Hold[]>;
  /**
   * THE question before a recording is deleted, asked in the transaction of that deletion: some hold in force has reached it, or matches what is known of it now. What
   * cannot be ruled out (a recording of unknown length or start, for a span) is held.
   */
  isHeld(recordingId: string): Promise<boolean>;
  /** The holds in force that `isHeld` stands on, oldest first. */
  covering(recordingId: string): Promise<readonly Hold[]>;
  /** The storage's holds of this recording are not known to be as they are to be. Its disposal is refused until they are. */
  unmirrored(recordingId: string): Promise<boolean>;
  /** Recordings that the hold has reached, by id. `waiting`: only those that are not mirrored. */
  recordingsOf(holdId: string, page: Page & { readonly waiting?: boolean }): Promise<readonly HeldRecording[]>;
  /** Holds in force whose review is due before this moment, the longest due first. */
  toReview(beforeMs: number, limit: number): Promise<readonly Hold[]>;
  /** Ids of holds that are not spread yet, oldest first. */
  toSpread(limit: number): Promise<readonly string[]>;
  /** Ids of holds in force whose completeness is to be checked by now. */
  toCheck(atMs: number, limit: number): Promise<readonly string[]>;
  /** Recordings whose holds in the storage are to be changed by now, the longest due first. */
  toMirror(atMs: number, limit: number): Promise<readonly DueMirror[]>;
  /**
   * Holds in force that the storage refused to take over for a recording, or about which it did not answer, and for which that still waits, by id; each with the time
   * when it reached the first of those. Of ten thousand such recordings, the holds of the others may be left out.
   */
  refused(limit: number): Promise<readonly { readonly id: string; readonly sinceMs: number }[]>;
  /** What the check of completeness asks of the recordings of a hold, by id. */
  heldFacts(holdId: string, page: Page): Promise<readonly HeldFacts[]>;
  /** Files with numbers of one recorder, in the order of their times, from the first to the last that the hold has reached, and some beyond either. */
  numberedFiles(holdId: string, recorder: string): AsyncIterable<NumberedFile>;
  /** How many entries of the card were refused in this docking. */
  refusedIn(dockingId: string): Promise<number>;
  /** Whether a hold for this stays within what this ledger lets see, or within `may`: it is narrowed to recordings, an officer or a unit that are. */
  withinSight(scope: HoldScope, may?: Scope): Promise<boolean>;
  /** The same of a hold that is on record, as it is and not as it is shown. */
  seesWhole(id: string): Promise<boolean>;
}

export interface HoldsWriter {
  /** Sets a hold: from the commit on it is in force. */
  insert(hold: NewHold): Promise<void>;
  /** Ends it. What it had reached stays on record; nothing is deleted by this. Throws request.not-found for a hold that is not in force. */
  release(id: string, by: { readonly atMs: number; readonly user: string; readonly reason: string }): Promise<void>;
  /**
   * Goes on putting on record what a hold has reached, or what its release leaves to be changed in the storage: at most `limit` recordings are looked at. The entries
   * (`hold.reached`) are the ledger's own. Returns whether the hold is spread.
   */
  spread(id: string, limit: number): Promise<{ readonly done: boolean; readonly reached: number }>;
  /** A recording takes what another one was: its split-off files, or the whole file that could not be read then. Every hold of the other one reaches it. */
  inherit(fromRecordingId: string, recordingId: string): Promise<void>;
  /** The storage was read back as it is to be (`held`, `lifted`), or there is nothing to hold or no way to (`none`). Changes nothing where the recording is held otherwise by now.
   * `objects`: those that are held from then on. */
  noteMirrored(
    recordingId: string,
    mirrored: { readonly state: 'held' | 'lifted' | 'none'; readonly why: Reason | null; readonly objects: readonly HeldObject[] },
  ): Promise<boolean>;
  postponeMirror(recordingId: string, later: { readonly dueAtMs: number; readonly why: Reason }): Promise<void>;
  /** `nextAtMs`: when it is to be checked again; null: when something comes. */
  noteReport(id: string, report: HoldReport, nextAtMs: number | null): Promise<void>;
}
