import type { VolumeRefusal } from '#ports/recorder-driver';
import type { Seen } from './changed-files.ts';

export interface ListingCounts {
  readonly files: number;
  readonly known: number;
  readonly refused: number;
  readonly bytes: number;
  /** Of the known files. */
  readonly knownBytes: number;
}

/** What the listings of one docking have found so far: a card whose listing ends before its time is listed from its beginning again. */
export interface FoundOnCard {
  /** As they are on record. */
  counts: ListingCounts;
  /** By path: refused because the device could not read it. The next listing may read it, so this is put on record when no other follows. */
  readonly unread: Map<string, VolumeRefusal>;
  /** Sealed originals of earlier dockings in whose place this docking has put a file on record, because the card has other bytes there now. */
  readonly replaced: Set<string>;
  /** Every file that was listed, by path, as it was then. */
  readonly listed: Map<string, Seen>;
  /** Originals that earlier dockings read and that the card still holds, as far as was compared, with their path on it now. */
  readonly known: Map<string, string>;
  /** Of those, the ones that this docking has compared whole: they have the sealed digest. */
  readonly rechecked: Set<string>;
}

export function nothingFound(): FoundOnCard {
  return {
    counts: { files: 0, known: 0, refused: 0, bytes: 0, knownBytes: 0 },
    unread: new Map(),
    replaced: new Set(),
    listed: new Map(),
    known: new Map(),
    rechecked: new Set(),
  };
}

/** What a listing has counted that met the files of `before` again, or will meet them: none counts twice, and none is taken back on the way. */
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
