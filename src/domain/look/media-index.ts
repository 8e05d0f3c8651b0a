import { type Box, boxesOf, type ReadAt } from '#domain/media/iso-bmff';
import type { Played } from './look.ts';
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
}

/**
 * The index of an MP4 file that is not fragmented: of its picture, else of its sound. null for any other file, and for one whose tables contradict each other.
 * Errors of `readAt` are thrown.
 */
export async function mediaIndexOf(readAt: ReadAt, bytes: number): Promise<MediaIndex | null> {
  const moov = (await boxesOf(readAt, 0, bytes)).find(({ type }) => type === 'moov');
  if (!moov || moov.end > bytes) return null;
  const tracks = (await inside(readAt, moov)).filter(({ type }) => type === 'trak').slice(0, TRACKS_MAX);
  let sound: Tables | null = null;
  for (const trak of tracks) {
    const tables = await tablesOf(readAt, trak);
    if (tables?.handler === 'vide') return chunksOf(tables);
    if (tables?.handler === 'soun') sound ??= tables;
  }
  return sound && chunksOf(sound);
}

async function tablesOf(readAt: ReadAt, trak: Box): Promise<Tables | null> {
  const media = await inside(readAt, named(await inside(readAt, trak), 'mdia'));
  const handler = await bodyOf(readAt, named(media, 'hdlr'));
  const header = await bodyOf(readAt, named(media, 'mdhd'));
  const list = await inside(readAt, named(await inside(readAt, named(media, 'minf')), 'stbl'));
  const near = named(list, 'stco');
  const [times, sizes, chunks, offsets] = [
    await bodyOf(readAt, named(list, 'stts')),
    await bodyOf(readAt, named(list, 'stsz')),
    await bodyOf(readAt, named(list, 'stsc')),
    await bodyOf(readAt, near ?? named(list, 'co64')),
  ];
  if (!handler || handler.byteLength < 12 || !header || header.byteLength < 24 || !times || !sizes || !chunks || !offsets) return null;
  const name = [8, 9, 10, 11].map((at) => String.fromCharCode(handler.getUint8(at))).join('');
  const timescale = header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
  return { handler: name, timescale, times, sizes, chunks, offsets, wide: near === undefined };
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
