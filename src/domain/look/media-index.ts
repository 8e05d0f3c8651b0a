import { type Box, boxesOf, findBox, type ReadAt } from '#domain/media/iso-bmff';
import type { Played } from './look.ts';
import { editsOf, shownChunks } from './media-edits.ts';
import { type FragmentedTrack, fragmentRuns } from './media-fragments.ts';
import { Spans } from './spans.ts';

/** Where the chunks of one track lie in the file, and when they are shown. In the order of time. */
export interface MediaIndex {
  /** Of chunk n: first byte, first byte behind it, beginning and end in ms. */
  readonly chunks: Float64Array;
}

/** Numbers of one chunk in `chunks`. */
const WIDTH = 4;
/** Footage of a day at 30 frames a second has 2.6 million samples. A file that says more is not read. */
const SAMPLES_MAX = 4_000_000;
const CHUNKS_MAX = 200_000;
const TABLE_BYTES_MAX = 32 * 1024 * 1024;
const TRACKS_MAX = 64;
/** Boxes that may stand before the movie's header. */
const BEFORE_MOOV_MAX = 4096;
/** Neighbouring chunks end and begin at the same moment, up to the rounding of times. */
const ROUNDING_MS = 1;

/** Where the boxes of one track are whose tables are needed (ISO/IEC 14496-12 §8). */
interface Tables {
  readonly handler: string;
  readonly timescale: number;
  readonly times: DataView;
  readonly sizes: DataView;
  readonly chunks: DataView;
  readonly offsets: DataView;
  readonly wide: boolean;
  /** null: each sample is shown when it is decoded. */
  readonly shifts: DataView | null;
}

/** A track that is shown: where its samples lie, in the movie's header or in fragments, and what of it is shown when. */
interface Shown {
  readonly handler: string;
  readonly timescale: number;
  readonly trak: Box;
  readonly tables: Tables | null;
  /** null: the track is in no fragments. */
  readonly fragments: FragmentedTrack | null;
}

/**
 * The index of an MP4 file, whole or in fragments: of its picture, else of its sound, as a player shows it. null for any other file, and for one whose tables
 * contradict each other. Errors of `readAt` are thrown.
 */
export async function mediaIndexOf(readAt: ReadAt, bytes: number): Promise<MediaIndex | null> {
  const moov = await findBox(readAt, 'moov', bytes, BEFORE_MOOV_MAX);
  if (!moov || moov.end > bytes) return null;
  const boxes = await inside(readAt, moov);
  const movie = timescaleIn(await bodyOf(readAt, named(boxes, 'mvhd')));
  const extends_ = named(boxes, 'mvex');
  let sound: Shown | null = null;
  for (const trak of boxes.filter(({ type }) => type === 'trak').slice(0, TRACKS_MAX)) {
    const shown = await trackOf(readAt, trak, extends_);
    if (shown?.handler === 'vide') return indexOf(readAt, bytes, shown, movie);
    if (shown?.handler === 'soun') sound ??= shown;
  }
  return sound && indexOf(readAt, bytes, sound, movie);
}

async function indexOf(readAt: ReadAt, bytes: number, shown: Shown, movie: number): Promise<MediaIndex | null> {
  const { timescale, fragments, tables, trak } = shown;
  const whole = tables && chunksOf(tables);
  const runs = fragments && (await fragmentRuns(readAt, bytes, fragments));
  // Half of an index would tell that the other half was not seen.
  if (fragments && runs === null) return null;
  const scaled = (runs?.runs ?? []).flatMap(([start, end, from, to]) => [start, end, (from * 1000) / timescale, (to * 1000) / timescale]);
  const chunks = whole === null ? Float64Array.from(scaled) : Float64Array.from([...whole.chunks, ...scaled]);
  if (chunks.length === 0 || chunks.length > CHUNKS_MAX * WIDTH) return null;
  const elst = await bodyOf(readAt, named(await inside(readAt, named(await inside(readAt, trak), 'edts')), 'elst'));
  if (!elst) return { chunks };
  const edits = editsOf(elst, { movie, media: timescale });
  if (edits === null) return null;
  if (edits.length === 0) return { chunks };
  const delay = whole === null ? (runs?.delay ?? 0) : delayIn(tables?.shifts ?? null);
  const edited = shownChunks(chunks, { edits, delayMs: (delay * 1000) / timescale, max: CHUNKS_MAX });
  return edited && { chunks: edited };
}

/** How much later than decoded the first sample is shown, units of the track (ctts, §8.6.1.3). */
function delayIn(ctts: DataView | null): number {
  if (ctts === null || ctts.byteLength < 16 || ctts.getUint32(4) === 0) return 0;
  return ctts.getUint8(0) === 0 ? ctts.getUint32(12) : ctts.getInt32(12);
}

async function trackOf(readAt: ReadAt, trak: Box, extends_: Box | undefined): Promise<Shown | null> {
  const boxes = await inside(readAt, trak);
  const media = await inside(readAt, named(boxes, 'mdia'));
  const handler = await bodyOf(readAt, named(media, 'hdlr'));
  const timescale = timescaleIn(await bodyOf(readAt, named(media, 'mdhd')));
  if (!handler || handler.byteLength < 12 || timescale === 0) return null;
  const name = [8, 9, 10, 11].map((at) => String.fromCharCode(handler.getUint8(at))).join('');
  const header = await bodyOf(readAt, named(boxes, 'tkhd'));
  const id = header === null || header.byteLength < 24 ? 0 : header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
  const fragments = extends_ ? await fragmentsOf(readAt, extends_, { id, timescale }) : null;
  const tables = await tablesOf(readAt, media, { handler: name, timescale });
  return tables || fragments ? { handler: name, timescale, trak, tables, fragments } : null;
}

/** What the movie's header says of a track for all of its fragments (trex). */
async function fragmentsOf(readAt: ReadAt, mvex: Box, { id, timescale }: Pick<FragmentedTrack, 'id' | 'timescale'>) {
  for (const box of (await inside(readAt, mvex)).filter(({ type }) => type === 'trex').slice(0, TRACKS_MAX)) {
    const trex = await bodyOf(readAt, box);
    if (trex && trex.byteLength >= 24 && trex.getUint32(4) === id)
      return { id, timescale, duration: trex.getUint32(12), size: trex.getUint32(16) };
  }
  return null;
}

/** Units a second, as mvhd and mdhd say alike; 0 where they say nothing. */
function timescaleIn(header: DataView | null): number {
  return header === null || header.byteLength < 24 ? 0 : header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
}

async function tablesOf(
  readAt: ReadAt,
  media: readonly Box[],
  { handler, timescale }: Pick<Tables, 'handler' | 'timescale'>,
): Promise<Tables | null> {
  const list = await inside(readAt, named(await inside(readAt, named(media, 'minf')), 'stbl'));
  const near = named(list, 'stco');
  const [times, sizes, chunks, offsets] = [
    await bodyOf(readAt, named(list, 'stts')),
    await bodyOf(readAt, named(list, 'stsz')),
    await bodyOf(readAt, named(list, 'stsc')),
    await bodyOf(readAt, near ?? named(list, 'co64')),
  ];
  if (!times || !sizes || !chunks || !offsets) return null;
  const shifts = await bodyOf(readAt, named(list, 'ctts'));
  return { handler, timescale, times, sizes, chunks, offsets, wide: near === undefined, shifts };
}

async function inside(readAt: ReadAt, box: Box | undefined): Promise<readonly Box[]> {
  return box ? boxesOf(readAt, box.start + box.header, box.end) : [];
}

function named(boxes: readonly Box[], type: string): Box | undefined {
  return boxes.find((box) => box.type === type);
}

/** What is behind the header of a box; null if it is not there, is cut off, or is too long to be true. */
async function bodyOf(readAt: ReadAt, box: Box | undefined): Promise<DataView | null> {
  if (!box) return null;
  const length = box.end - box.start - box.header;
  if (length < 8 || length > TABLE_BYTES_MAX) return null;
  const body = await readAt(box.start + box.header, length);
  return body.byteLength < length ? null : new DataView(body.buffer, body.byteOffset, body.byteLength);
}

/** Walks the samples of a track in their order. null where the tables do not fit each other. */
function chunksOf({ timescale, times, sizes, chunks, offsets, wide }: Tables): MediaIndex | null {
  const samples = sizes.byteLength < 12 ? 0 : sizes.getUint32(8);
  const common = sizes.getUint32(4);
  const count = entriesOf(offsets, wide ? 8 : 4);
  if (timescale === 0 || samples === 0 || samples > SAMPLES_MAX || count === null || count > CHUNKS_MAX) return null;
  if (common === 0 && sizes.byteLength < 12 + samples * 4) return null;
  const runs = entriesOf(chunks, 12);
  const clock = clockOf(times);
  if (runs === null || clock === null) return null;
  const found = new Float64Array(count * WIDTH);
  let run = -1;
  let each = 0;
  let sample = 0;
  let units = 0;
  let chunk = 0;
  for (; chunk < count && sample < samples; chunk += 1) {
    // A run begins at the chunk that it names, counted from 1, and holds up to the next one.
    while (run + 1 < runs && chunks.getUint32(8 + (run + 1) * 12) <= chunk + 1) {
      run += 1;
      each = chunks.getUint32(12 + run * 12);
    }
    const start = wide ? Number(offsets.getBigUint64(8 + chunk * 8)) : offsets.getUint32(8 + chunk * 4);
    const begun = units;
    let end = start;
    for (let left = each; left > 0 && sample < samples; left -= 1) {
      end += common === 0 ? sizes.getUint32(12 + sample * 4) : common;
      units += clock();
      sample += 1;
    }
    found.set([start, end, (begun * 1000) / timescale, (units * 1000) / timescale], chunk * WIDTH);
  }
  return { chunks: found.subarray(0, chunk * WIDTH) };
}

/** How many entries a table has; null if it is shorter than it says. */
function entriesOf(table: DataView, width: number): number | null {
  const count = table.getUint32(4);
  return 8 + count * width > table.byteLength ? null : count;
}

/** Gives the length of one sample after the other, in units of the track (stts, §8.6.1.2). */
function clockOf(times: DataView): (() => number) | null {
  const count = entriesOf(times, 8);
  if (count === null) return null;
  let entry = 0;
  let left = count === 0 ? 0 : times.getUint32(8);
  return () => {
    while (left === 0 && entry + 1 < count) {
      entry += 1;
      left = times.getUint32(8 + entry * 8);
    }
    if (left === 0) return 0;
    left -= 1;
    return times.getUint32(12 + entry * 8);
  };
}

/**
 * The media time that these bytes hold, ordered and apart, at most `max` spans. A chunk of which a part was sent counts for the same part of its time: chunks
 * hold a second of footage or less.
 */
export function playedOf(
  { chunks }: MediaIndex,
  ranges: readonly { readonly start: number; readonly end: number }[],
  max: number,
): readonly Played[] {
  const spans = new Spans(max);
  for (let at = 0; at < chunks.length; at += WIDTH) {
    const [start = 0, end = 0, fromMs = 0, toMs = 0] = chunks.subarray(at, at + WIDTH);
    for (const range of overlapping(ranges, start, end)) {
      const share = (position: number) => fromMs + ((Math.min(Math.max(position, start), end) - start) / (end - start)) * (toMs - fromMs);
      spans.add(Math.floor(share(range.start)), Math.ceil(share(range.end)) + ROUNDING_MS);
    }
  }
  return spans.all.map(({ start, end }) => ({ fromMs: start, toMs: Math.max(start, end - ROUNDING_MS) }));
}

/** Ordered ranges of which some byte lies in `start` to `end`. */
function overlapping<R extends { readonly start: number; readonly end: number }>(
  ranges: readonly R[],
  start: number,
  end: number,
): readonly R[] {
  return ranges.filter((range) => range.start < end && range.end > start);
}
