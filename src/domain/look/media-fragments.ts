import { boxesFrom, type ReadAt } from '#domain/media/iso-bmff';

/** What a track says once for all of its fragments (trex, ISO/IEC 14496-12 §8.8.3). */
export interface FragmentedTrack {
  readonly id: number;
  readonly timescale: number;
  readonly duration: number;
  readonly size: number;
}

/** First byte, first byte behind it, beginning and end in units of the track. */
type Run = readonly [start: number, end: number, from: number, to: number];

const MOOF_BYTES_MAX = 1024 * 1024;
/** A day of fragments of half a second, each with the box of its samples. */
const BOXES_MAX = 400_000;
const RUNS_MAX = 200_000;
/** Length of a sample that is guessed wrong by less, seconds: 10 frames a second are the slowest of a camera. */
const GUESS_S = 0.1;
const SAMPLES_MAX = 4_000_000;

/** Flags of tfhd (§8.8.7) and trun (§8.8.8). */
const HAS = { base: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20, fromMoof: 0x2_0000 } as const;
const RUN_HAS = { offset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, shift: 0x800 } as const;

/**
 * The runs of samples of one track in the fragments of a file, in their order (moof, §8.8), and how much later than decoded the first is shown. null where a fragment contradicts itself, or not all of the file could be
 * walked: a part would be taken for the whole.
 */
export async function fragmentRuns(
  readAt: ReadAt,
  bytes: number,
  track: FragmentedTrack,
): Promise<{ readonly runs: readonly Run[]; readonly delay: number } | null> {
  const runs: Run[] = [];
  let samples = 0;
  let delay: number | null = null;
  let time = 0;
  let boxes = 0;
  let position = 0;
  for await (const box of boxesFrom(readAt, 0, bytes)) {
    boxes += 1;
    position = box.end;
    if (boxes > BOXES_MAX) return null;
    if (box.type !== 'moof') continue;
    const length = box.end - box.start;
    if (length > MOOF_BYTES_MAX) return null;
    const body = await readAt(box.start, length);
    if (body.byteLength < length) return null;
    const found = runsOf(new DataView(body.buffer, body.byteOffset, body.byteLength), {
      start: box.start,
      header: box.header,
      track,
      time,
    });
    if (found === null) return null;
    time = found.time;
    samples += found.samples;
    delay ??= found.delay;
    const [first] = found.runs;
    const last = runs.at(-1);
    // Writers guess how long the last sample of a fragment lasts; the next fragment says when it begins.
    if (first && last && Math.abs(first[2] - last[3]) <= track.timescale * GUESS_S)
      runs.splice(-1, 1, [last[0], last[1], last[2], first[2]]);
    runs.push(...found.runs);
    if (samples > SAMPLES_MAX || runs.length > RUNS_MAX) return null;
  }
  return position < bytes ? null : { runs, delay: delay ?? 0 };
}

interface Fragment {
  /** First byte of the moof in the file. */
  readonly start: number;
  readonly header: number;
  readonly track: FragmentedTrack;
  /** Where the track had come to. */
  readonly time: number;
}

interface Runs {
  readonly runs: readonly Run[];
  readonly samples: number;
  readonly time: number;
  /** null: there is no sample. */
  readonly delay: number | null;
}

function runsOf(moof: DataView, { start, header, track, time: begun }: Fragment): Runs | null {
  const runs: Run[] = [];
  let time = begun;
  let samples = 0;
  let delay: number | null = null;
  // Behind the samples of the track fragment before, where one says nothing else.
  let behind = start;
  for (const traf of boxesIn(moof, header, moof.byteLength)) {
    if (traf.type !== 'traf') continue;
    const parts = [...boxesIn(moof, traf.body, traf.end)];
    const head = parts.find(({ type }) => type === 'tfhd');
    if (!head) return null;
    const told = headOf(moof, head, track);
    if (told === null) return null;
    const isWanted = told.id === track.id;
    const base = told.base ?? (told.fromMoof ? start : behind);
    const decode = parts.find(({ type }) => type === 'tfdt');
    if (isWanted && decode) time = timeIn(moof, decode) ?? time;
    let at = base;
    for (const part of parts) {
      if (part.type !== 'trun') continue;
      const run = runIn(moof, part, { ...told, base, at });
      if (run === null) return null;
      if (isWanted && run.samples > 0) {
        runs.push([run.start, run.end, time, time + run.duration]);
        time += run.duration;
        samples += run.samples;
        delay ??= run.delay;
      }
      at = run.end;
    }
    behind = at;
  }
  return { runs, samples, time, delay };
}

interface Part {
  readonly type: string;
  /** First byte behind the header, and first behind the box. */
  readonly body: number;
  readonly end: number;
}

function* boxesIn(view: DataView, from: number, end: number): Generator<Part> {
  for (let at = from; at + 8 <= end; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) return;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((each) => view.getUint8(at + each)));
    yield { type, body: at + 8, end: at + size };
    at += size;
  }
}

interface Head {
  readonly id: number;
  readonly base: number | null;
  readonly fromMoof: boolean;
  readonly duration: number;
  readonly size: number;
}

/** tfhd: which track, and what its samples have in common. */
function headOf(view: DataView, { body, end }: Part, track: FragmentedTrack): Head | null {
  if (end - body < 8) return null;
  const flags = view.getUint32(body) & 0xff_ffff;
  let at = body + 8;
  const take = (flag: number, width: 4 | 8): number | null => {
    if ((flags & flag) === 0) return null;
    const value = at + width > end ? null : width === 8 ? Number(view.getBigUint64(at)) : view.getUint32(at);
    at += width;
    return value;
  };
  const base = take(HAS.base, 8);
  take(HAS.description, 4);
  const duration = take(HAS.duration, 4) ?? track.duration;
  const size = take(HAS.size, 4) ?? track.size;
  return at > end ? null : { id: view.getUint32(body + 4), base, fromMoof: (flags & HAS.fromMoof) !== 0, duration, size };
}

/** tfdt: when the first sample is decoded, in units of the track. */
function timeIn(view: DataView, { body, end }: Part): number | null {
  const isWide = end - body >= 12 && view.getUint8(body) === 1;
  if (isWide) return Number(view.getBigUint64(body + 4));
  return end - body >= 8 ? view.getUint32(body + 4) : null;
}

interface RunAt extends Head {
  /** Where offsets count from, and where the run begins that has none. */
  readonly at: number;
}

/** trun: the samples of one run, one behind the other. */
function runIn(
  view: DataView,
  { body, end }: Part,
  { base, at: behind, duration: each, size: common }: Omit<RunAt, 'base'> & { base: number },
) {
  if (end - body < 8) return null;
  const flags = view.getUint32(body) & 0xff_ffff;
  const samples = view.getUint32(body + 4);
  let at = body + 8;
  const hasOffset = (flags & RUN_HAS.offset) !== 0;
  if (hasOffset && at + 4 > end) return null;
  const start = hasOffset ? base + view.getInt32(at) : behind;
  at += (hasOffset ? 4 : 0) + ((flags & RUN_HAS.firstFlags) === 0 ? 0 : 4);
  const columns: readonly number[] = [RUN_HAS.duration, RUN_HAS.size, RUN_HAS.flags, RUN_HAS.shift].map((flag) =>
    (flags & flag) === 0 ? 0 : 4,
  );
  const [hasDuration = 0, hasSize = 0, hasFlags = 0, hasShift = 0] = columns;
  const width = columns.reduce((sum, column) => sum + column, 0);
  if (samples > SAMPLES_MAX || at + samples * width > end || start < 0) return null;
  const shiftAt = at + hasDuration + hasSize + hasFlags;
  // Version 1 counts it with a sign.
  const delay = hasShift === 0 || samples === 0 ? 0 : view.getUint8(body) === 0 ? view.getUint32(shiftAt) : view.getInt32(shiftAt);
  let duration = 0;
  let length = 0;
  for (let sample = 0; sample < samples; sample += 1, at += width) {
    duration += hasDuration === 0 ? each : view.getUint32(at);
    length += hasSize === 0 ? common : view.getUint32(at + hasDuration);
  }
  return { start, end: start + length, duration, samples, delay };
}
