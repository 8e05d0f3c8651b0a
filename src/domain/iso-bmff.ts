/** Reads up to `length` bytes at `position`; fewer at the end of the file. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>;

export interface Box {
  readonly type: string;
  readonly start: number;
  /** Bytes of the header: 8, or 16 with a 64-bit size. */
  readonly header: number;
  /** As the box says; may lie beyond the end of the file. 0 in the file means "to the end". */
  readonly end: number;
}

const BOXES_MAX = 4096;

/** The box that begins at `position`; null if nothing there makes sense. One small read. */
async function boxAt(readAt: ReadAt, position: number, end: number): Promise<Box | null> {
  const head = await readAt(position, 16);
  if (head.length < 8) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const type = String.fromCharCode(...head.subarray(4, 8));
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return null;
  let size = view.getUint32(0);
  let header = 8;
  if (size === 1 && head.length >= 16) {
    size = Number(view.getBigUint64(8));
    header = 16;
  }
  if (size === 0) size = end - position;
  return size < header ? null : { type, start: position, header, end: position + size };
}

/** The boxes at one level of an ISO base media file (ISO/IEC 14496-12 §4.2), as far as they make sense; at most 4,096. */
export async function boxesOf(readAt: ReadAt, start: number, end: number): Promise<readonly Box[]> {
  const boxes: Box[] = [];
  let position = start;
  while (position + 8 <= end && boxes.length < BOXES_MAX) {
    const box = await boxAt(readAt, position, end);
    if (!box) break;
    boxes.push(box);
    position = box.end;
  }
  return boxes;
}

/** The first box of a type at the top level, among the first `boxesMax`; null if it is not there. A file of fragments has thousands after it. */
export async function findBox(readAt: ReadAt, type: string, bytes: number, boxesMax: number): Promise<Box | null> {
  let position = 0;
  for (let seen = 0; seen < boxesMax && position + 8 <= bytes; seen += 1) {
    const box = await boxAt(readAt, position, bytes);
    if (!box || box.type === type) return box;
    position = box.end;
  }
  return null;
}

/** Seconds from 1904, where this format counts from, to 1970. */
const SINCE_1904_S = 2_082_844_800;
const CREATED_MS_MIN = Date.UTC(1990, 0);

/** What a movie's header tells of its times. */
export interface MovieTimes {
  /** Null if it does not say. */
  readonly durationMs: number | null;
  /** Written as UTC by the format, as local time by many cameras; ms since 1970. Null if it is not set, or from before there were such cameras. */
  readonly createdMs: number | null;
}

/** The times that moov/mvhd tells (§8.2.2); null if the file is no ISO base media file. A few small reads. */
export async function movieTimes(readAt: ReadAt, bytes: number): Promise<MovieTimes | null> {
  const moov = (await boxesOf(readAt, 0, bytes)).find((box) => box.type === 'moov');
  if (!moov || moov.end > bytes) return null;
  const mvhd = (await boxesOf(readAt, moov.start + moov.header, moov.end)).find((box) => box.type === 'mvhd');
  if (!mvhd) return null;
  const body = await readAt(mvhd.start + mvhd.header, 32);
  if (body.length < 32) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const long = view.getUint8(0) === 1;
  const timescale = view.getUint32(long ? 20 : 12);
  const duration = long ? Number(view.getBigUint64(24)) : view.getUint32(16);
  const createdMs = ((long ? Number(view.getBigUint64(4)) : view.getUint32(4)) - SINCE_1904_S) * 1000;
  const tellsNothing = timescale === 0 || duration === 0 || duration === 0xffffffff;
  return {
    durationMs: tellsNothing ? null : Math.round((duration * 1000) / timescale),
    createdMs: createdMs < CREATED_MS_MIN ? null : createdMs,
  };
}

/** The length in ms; null if the file is no ISO base media file or does not say. */
export async function movieDurationMs(readAt: ReadAt, bytes: number): Promise<number | null> {
  return (await movieTimes(readAt, bytes))?.durationMs ?? null;
}
