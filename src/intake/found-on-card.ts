import type { VolumeRefusal } from '#ports/recorder-driver';
import type { Seen } from './changed-files.ts';

export interface ListingCounts {
  readonly files: number;
  readonly known: number;
  readonly refused: number;
  readonly bytes: number;
  /** Bytes of the known files. */
  readonly knownBytes: number;
}

/** What the listings of one docking have found so far. A listing that breaks off is begun again from the start of the card. */
export interface FoundOnCard {
  /** The counts as they are on record. */
  counts: ListingCounts;
  /** By path: entries that the device could not read. The next listing may read them, so they go on record only when no other follows. */
  readonly unread: Map<string, VolumeRefusal>;
  /** Ids of sealed originals of earlier dockings for which the card has other bytes now. This docking has recorded the card's files as new ones. */
  readonly replaced: Set<string>;
  /** Every listed file by path, with its size and time of then. */
  readonly listed: Map<string, Seen>;
  /** By id of an original that an earlier docking read and that the card still holds, as far as was compared: its path on the card now. */
  readonly known: Map<string, string>;
  /** By id of an original that was disposed of and whose file the card still holds. */
  readonly disposed: Map<string, FoundDisposed>;
  /** Ids out of `known` that this docking has compared whole: they have the sealed digest. */
  readonly rechecked: Set<string>;
}

/** A file on a card that looks like an original of a recording that was disposed of. */
interface FoundDisposed {
  readonly recordingId: string;
  /** A legal hold covers the recording, so the file is taken in as a new one. */
  readonly held: boolean;
  /** It stands in the custody log. */
  told: boolean;
}

export function nothingFound(): FoundOnCard {
  return {
    counts: { files: 0, known: 0, refused: 0, bytes: 0, knownBytes: 0 },
    unread: new Map(),
    replaced: new Set(),
    listed: new Map(),
    known: new Map(),
    disposed: new Map(),
    rechecked: new Set(),
  };
}

/**
 * Joins the counts of a listing with those of the listings before it. Both met the same files, so none counts twice. No count becomes smaller while the later
 * listing is on its way.
 */
export function countedWith(before: ListingCounts, now: ListingCounts): ListingCounts {
  const known = Math.max(before.known, now.known);
  const knownBytes = Math.max(before.knownBytes, now.knownBytes);
  return {
    known,
    knownBytes,
    files: known + Math.max(before.files - before.known, now.files - now.known),
    bytes: knownBytes + Math.max(before.bytes - before.knownBytes, now.bytes - now.knownBytes),
    refused: Math.max(before.refused, now.refused),
  };
}
