import type { DeskDeps } from '#desk/deps';
import { type Item, originalItem, type Stores, shownIn, sourceOf } from '#desk/footage';
import { EvidockError } from '#domain/errors';
import type { LookRight, Viewer } from '#domain/look/look';
import { because } from '#domain/reason';
import type { Original, Recording } from '#domain/recording';
import { mayHoldTrack } from '#domain/track/fix';
import { DROPS, joined, type Track } from '#domain/track/track-points';
import { type TrackFormat, TrackReader } from '#domain/track/track-reader';
import type { RecordingDetail } from '#ports/ledger/recordings';

/** A file of a recorder that tells where it was, as far as it was read. */
export interface TrackFile {
  readonly original: Original;
  readonly item: Item;
  /** `vault`, or the archive's name. */
  readonly place: string;
  readonly format: TrackFormat;
  /** Points that it gave. */
  readonly points: number;
  readonly bytesRead: number;
}

export interface FoundTrack {
  readonly track: Track;
  /** Those that gave points, in their order. */
  readonly files: readonly TrackFile[];
  /** Files that were not read because there are too many. */
  readonly filesLeft: number;
}

/** A track may be closed only when the recorder is switched off, long after the clip, and may begin as long before. */
const NEAR_MS = 12 * 3_600_000;
/** A recording of a day in pieces of a quarter of an hour has so many tracks. */
const FILES_MAX = 100;
/** A day of every sentence that a receiver can write has about 40 MB. What is longer is read so far. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;
const BYTES_MAX = 2 * FILE_BYTES_MAX;
/** An archive on a slow link is not read longer than this. Then what came is shown. */
const READ_MS_MAX = 30_000;

/**
 * Reads where the recorder was, from the tracks that travel with a recording, as they were sealed: from the vault, or from the archive where they were evicted. Nothing is
 * on record by that: see `lookAtTrack`. Throws request.not-found where no file holds a place, request.conflict where one is not sealed yet, and vault.* or archive.*
 * where one is not there.
 */
export async function findTrack(deps: Stores, detail: RecordingDetail, signal: AbortSignal): Promise<FoundTrack> {
  const { recording } = detail;
  const originals = tracksOf(detail);
  if (originals.length === 0) throw new EvidockError('request.not-found', because('no-track', { recording: recording.id }));
  const endMs = performance.now() + READ_MS_MAX;
  const tracks: Track[] = [];
  const files: TrackFile[] = [];
  let bytesLeft = BYTES_MAX;
  for (const original of originals.slice(0, FILES_MAX)) {
    if (bytesLeft <= 0 || performance.now() > endMs) break;
    const item = { ...originalItem(detail, original.index), what: 'track' };
    const reader = new TrackReader(nearOf(recording));
    const source = await sourceOf(deps, item, 'vault', signal);
    const range = { start: 0, end: Math.min(item.bytes, FILE_BYTES_MAX, bytesLeft) };
    let bytesRead = 0;
    if (range.end > 0)
      for await (const piece of await source.open(range)) {
        reader.push(piece as Uint8Array);
        bytesRead += (piece as Uint8Array).length;
        if (performance.now() > endMs) break;
      }
    bytesLeft -= bytesRead;
    const { track, format } = reader.finish();
    tracks.push(track);
    if (format !== null && track.points.length > 0)
      files.push({ original, item, place: source.place, format, points: track.points.length, bytesRead });
  }
  const track = joined(tracks);
  if (track.points.length > 0) return { track, files, filesLeft: originals.length - tracks.length };
  const left = DROPS.reduce((sum, why) => sum + track.dropped[why], 0);
  const names = originals.slice(0, FILES_MAX).map(({ cardPath }) => cardPath);
  throw new EvidockError('request.not-found', because('track-empty', { recording: recording.id, names, left }));
}

/** Puts on record who is shown the track, before it goes out: each file that gave points is a look of its own. Throws ledger.failed: then nothing may be shown. */
export async function lookAtTrack(
  { looks, ledger }: Pick<DeskDeps, 'looks' | 'ledger'>,
  files: readonly TrackFile[],
  { viewer, right }: { readonly viewer: Viewer; readonly right: LookRight },
): Promise<void> {
  for (const { item, place, bytesRead } of files) {
    const { id, recordingId, sha256, what, bytes } = item;
    const look = await looks.begin({
      ...{ viewer, right },
      looked: {
        ...{ recording: recordingId, item: id, sha256, what, from: place, range: bytesRead < bytes ? `0-${bytesRead - 1}` : null },
        ...(await shownIn(ledger, recordingId)),
      },
      itemBytes: bytes,
      playedOf: async () => null,
    });
    const delivery = look.deliver(0);
    delivery.sent(bytesRead);
    delivery.done();
  }
}

/** Those that are tracks by their kind come first: a log that may hold one is read where nothing better is there. */
function tracksOf({ originals }: RecordingDetail): readonly Original[] {
  // What was replaced on the recorder before it was copied never came.
  const came = originals.filter((original) => original.replacedBy === null && mayHoldTrack(original));
  const named = came.filter(({ kind }) => kind === 'track');
  return named.length > 0 ? named : came;
}

/** When the track can have been made: the recording's own time and what its satellites tell of it, with a margin. */
function nearOf({ startMs, durationMs, startClaims }: Recording) {
  const told = startClaims.flatMap((claim) => (claim.source === 'gps' ? [claim.startMs] : []));
  const starts = [startMs, ...told].filter((each) => each !== null);
  if (starts.length === 0) return null;
  return { fromMs: Math.min(...starts) - NEAR_MS, toMs: Math.max(...starts) + (durationMs ?? 0) + NEAR_MS };
}
