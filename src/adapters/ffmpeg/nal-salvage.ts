import { type FileHandle, open } from 'node:fs/promises';
import { EvidockError } from '#domain/errors';
import { boxesOf } from '#domain/media/iso-bmff';
import { because } from '#domain/reason';
import type { MediaRun } from '#ports/transcoder';
import { quietly, runChild } from './child.ts';
import { readerOf } from './read-at.ts';
import { type FfmpegSettings, LOCAL_ONLY } from './settings.ts';

const WINDOW_BYTES = 1024 * 1024;
const NAL_BYTES_MAX = 8 * 1024 * 1024;
const PACKETS_LEARNT = 3000;
const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** What a healthy file of the same recorder teaches: its parameter sets, and how its NAL units begin. */
interface Habits {
  readonly parameterSets: readonly Uint8Array[];
  /** By the first two bytes of a NAL unit, the second without its low bits: the largest length of such a unit. */
  readonly shapes: ReadonlyMap<number, number>;
}

function shapeOf(first: number, second: number): number {
  return (first << 8) | (second & 0xf8);
}

/**
 * Writes the H.264 pictures of a file without moov as an Annex B stream. In the media data each NAL unit has its length in the 4 bytes before it (ISO/IEC
 * 14496-15 §5.2.3), with sound in between. A length is believed if the unit begins as units of the healthy file do and is not much longer than those. Returns
 * how many units were written; 0 if the healthy file teaches nothing.
 */
export async function salvageNals(
  settings: FfmpegSettings,
  damaged: string,
  healthy: string,
  output: string,
  run: MediaRun = {},
): Promise<number> {
  const habits = await learn(settings, healthy, run);
  if (!habits) return 0;
  const handle = await open(damaged, 'r');
  const sink = await open(output, 'wx');
  try {
    const { size } = await handle.stat();
    const boxes = await boxesOf(readerOf(handle), 0, size);
    const data = boxes.find((box) => box.type === 'mdat');
    const put = async (nal: Uint8Array) => {
      await sink.writeFile(START_CODE);
      await sink.writeFile(nal);
    };
    for (const set of habits.parameterSets) await put(set);
    return await walk(handle, data ? data.start + data.header : 0, size, habits, put, settings.timeLimitMs, run);
  } finally {
    await sink.close();
    await handle.close();
  }
}

async function walk(
  handle: FileHandle,
  start: number,
  end: number,
  habits: Habits,
  put: (nal: Uint8Array) => Promise<void>,
  limitMs: number,
  run: MediaRun,
): Promise<number> {
  const endMs = performance.now() + limitMs;
  let units = 0;
  let window: Uint8Array = new Uint8Array(0);
  let view = new DataView(window.buffer);
  let base = start;
  let position = start;
  while (position + 6 <= end) {
    if (position < base || position + 6 > base + window.length) {
      run.signal?.throwIfAborted();
      run.onProgress?.();
      if (performance.now() > endMs)
        throw new EvidockError('transcoder.timeout', because('salvage-after', { seconds: Math.round(limitMs / 1000) }));
      base = position;
      window = await read(handle, base, Math.min(WINDOW_BYTES, end - base));
      view = new DataView(window.buffer, window.byteOffset, window.byteLength);
      if (window.length < 6) break;
    }
    const at = position - base;
    const length = believable(view, at, habits);
    if (length === 0 || position + 4 + length > end) {
      position += 1;
      continue;
    }
    const inside = at + 4 + length <= window.length;
    await put(inside ? window.slice(at + 4, at + 4 + length) : await read(handle, position + 4, length));
    units += 1;
    position += 4 + length;
  }
  return units;
}

/** The length of the unit that begins here, or 0. */
function believable(view: DataView, at: number, habits: Habits): number {
  const length = view.getUint32(at);
  if (length < 3 || length > NAL_BYTES_MAX) return 0;
  const longest = habits.shapes.get(shapeOf(view.getUint8(at + 4), view.getUint8(at + 5)));
  return longest !== undefined && length <= longest * 32 + 65_536 ? length : 0;
}

async function read(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length);
  const { bytesRead } = await handle.read(target, 0, length, position);
  return target.subarray(0, bytesRead);
}

async function learn(settings: FfmpegSettings, healthy: string, run: MediaRun): Promise<Habits | null> {
  const handle = await open(healthy, 'r');
  try {
    const parameterSets = await parameterSetsOf(handle);
    if (parameterSets.length === 0) return null;
    const shapes = new Map<number, number>();
    for (const { position, bytes } of await packetsOf(settings, healthy, run)) {
      const packet = await read(handle, position, Math.min(bytes, NAL_BYTES_MAX));
      const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
      for (let at = 0; at + 6 <= packet.length; ) {
        const length = view.getUint32(at);
        const shape = shapeOf(view.getUint8(at + 4), view.getUint8(at + 5));
        shapes.set(shape, Math.max(shapes.get(shape) ?? 0, length));
        at += 4 + length;
      }
    }
    return shapes.size === 0 ? null : { parameterSets, shapes };
  } finally {
    await handle.close();
  }
}

/** Where the first video packets of the healthy file lie. */
async function packetsOf(settings: FfmpegSettings, path: string, run: MediaRun): Promise<{ position: number; bytes: number }[]> {
  const args = [
    '-v',
    'error',
    ...LOCAL_ONLY,
    '-select_streams',
    'v:0',
    '-read_intervals',
    `%+#${PACKETS_LEARNT}`,
    '-show_entries',
    'packet=pos,size',
    '-of',
    'csv=p=0',
    path,
  ];
  const { stdout } = await runChild(settings.ffprobe, args, { timeoutMs: 60_000, stdoutBytesMax: 1024 * 1024, ...quietly(run) });
  return stdout.split('\n').flatMap((line) => {
    const [bytes, position] = line.split(',').map(Number);
    return bytes && position ? [{ position, bytes }] : [];
  });
}

const CONTAINERS = ['moov', 'trak', 'mdia', 'minf', 'stbl'];

/** SPS and PPS from avcC (ISO/IEC 14496-15 §5.3.3) of the first H.264 track; none if there is no such track or lengths have not 4 bytes. */
async function parameterSetsOf(handle: FileHandle): Promise<Uint8Array[]> {
  const readAt = readerOf(handle);
  const { size } = await handle.stat();
  const search = async (start: number, end: number, depth: number): Promise<Uint8Array | null> => {
    for (const box of await boxesOf(readAt, start, Math.min(end, size))) {
      const inside = box.start + box.header;
      let found: Uint8Array | null = null;
      if (box.type === CONTAINERS[depth]) found = await search(inside, box.end, depth + 1);
      // A sample description begins with 8 bytes, a visual sample entry with 78, before their boxes.
      else if (box.type === 'stsd') found = await search(inside + 8, box.end, depth);
      else if (box.type === 'avc1' || box.type === 'avc3') found = await search(inside + 78, box.end, depth);
      else if (box.type === 'avcC') found = await readAt(inside, Math.min(box.end - inside, 65_536));
      if (found) return found;
    }
    return null;
  };
  const avcc = await search(0, size, 0);
  if (!avcc || avcc.length < 8 || ((avcc[4] ?? 0) & 3) !== 3) return [];
  const sets: Uint8Array[] = [];
  const view = new DataView(avcc.buffer, avcc.byteOffset, avcc.byteLength);
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    if (at >= avcc.length) break;
    const count = view.getUint8(at) & mask;
    at += 1;
    for (let set = 0; set < count && at + 2 <= avcc.length; set += 1) {
      const length = view.getUint16(at);
      sets.push(avcc.slice(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}
