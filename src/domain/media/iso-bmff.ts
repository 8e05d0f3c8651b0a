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

/** One box after the other, as far as they make sense. It is for whoever counts them: a file of fragments has thousands. */
export async function* boxesFrom(readAt: ReadAt, start: number, end: number): AsyncGenerator<Box> {
  for (let position = start; position + 8 <= end; ) {
    const box = await boxAt(readAt, position, end);
    if (!box) return;
    yield box;
    position = box.end;
  }
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

export interface Track {
  /** `vide`, `soun`, … (§8.4.3). */
  readonly handler: string;
  /** Of its media, without edits, as mdhd says. */
  readonly durationMs: number;
  readonly samples: number;
  /** Entries of its edit list (§8.6.6). */
  readonly edits: number;
  /** When it ends as it is shown, edits and a late start counted (tkhd, §8.3.2). */
  readonly endMs: number;
  /** Where its first sample lies in the file; null if it has none. */
  readonly first: { readonly position: number; readonly bytes: number } | null;
}

const TRACKS_MAX = 64;

/** The tracks that moov tells of, at most 64; none if there is no moov. A few small reads each. */
export async function tracksOf(readAt: ReadAt, bytes: number): Promise<readonly Track[]> {
  const moov = named(await boxesOf(readAt, 0, bytes), 'moov');
  if (!moov) return [];
  const boxes = await within(readAt, moov, bytes);
  const timescale = await timescaleOf(readAt, named(boxes, 'mvhd'));
  const tracks: Track[] = [];
  for (const trak of boxes.filter((box) => box.type === 'trak').slice(0, TRACKS_MAX))
    tracks.push(await trackOf(readAt, await within(readAt, trak, bytes), bytes, timescale));
  return tracks;
}

async function trackOf(readAt: ReadAt, parts: readonly Box[], bytes: number, timescale: number): Promise<Track> {
  const media = await within(readAt, named(parts, 'mdia'), bytes);
  const table = await within(readAt, named(await within(readAt, named(media, 'minf'), bytes), 'stbl'), bytes);
  const edits = named(await within(readAt, named(parts, 'edts'), bytes), 'elst');
  const header = named(parts, 'tkhd');
  const long = (await numberAt(readAt, header, 0)) >>> 24 === 1;
  const units = long
    ? (await numberAt(readAt, header, 28)) * 2 ** 32 + (await numberAt(readAt, header, 32))
    : await numberAt(readAt, header, 20);
  return {
    handler: await textAt(readAt, named(media, 'hdlr'), 8),
    durationMs: (await timesIn(readAt, named(media, 'mdhd')))?.durationMs ?? 0,
    // stsz counts after its common size, stz2 after its field size: both at 8.
    samples: await numberAt(readAt, named(table, 'stsz') ?? named(table, 'stz2'), 8),
    edits: await numberAt(readAt, edits, 4),
    endMs: timescale === 0 ? 0 : Math.round((units * 1000) / timescale),
    first: await firstSample(readAt, table),
  };
}

/** The first chunk begins with the first sample (§8.7.5); its size is the common one or the first of the list (§8.7.3). */
async function firstSample(readAt: ReadAt, table: readonly Box[]): Promise<Track['first']> {
  const near = named(table, 'stco');
  const far = named(table, 'co64');
  const size = named(table, 'stsz');
  if ((!near && !far) || (await numberAt(readAt, near ?? far, 4)) === 0 || (await numberAt(readAt, size, 8)) === 0) return null;
  const position = near ? await numberAt(readAt, near, 8) : (await numberAt(readAt, far, 8)) * 2 ** 32 + (await numberAt(readAt, far, 12));
  return { position, bytes: (await numberAt(readAt, size, 4)) || (await numberAt(readAt, size, 12)) };
}

async function within(readAt: ReadAt, box: Box | undefined, bytes: number): Promise<readonly Box[]> {
  return box ? boxesOf(readAt, box.start + box.header, Math.min(box.end, bytes)) : [];
}

function named(boxes: readonly Box[], type: string): Box | undefined {
  return boxes.find((box) => box.type === type);
}

async function timescaleOf(readAt: ReadAt, header: Box | undefined): Promise<number> {
  return numberAt(readAt, header, (await numberAt(readAt, header, 0)) >>> 24 === 1 ? 20 : 12);
}

async function numberAt(readAt: ReadAt, box: Box | undefined, offset: number): Promise<number> {
  if (!box) return 0;
  const bytes = await readAt(box.start + box.header + offset, 4);
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

async function textAt(readAt: ReadAt, box: Box | undefined, offset: number): Promise<string> {
  return box ? String.fromCharCode(...(await readAt(box.start + box.header + offset, 4))) : '';
}

/** The times that moov/mvhd tells (§8.2.2); null if the file is no ISO base media file. A few small reads. */
export async function movieTimes(readAt: ReadAt, bytes: number): Promise<MovieTimes | null> {
  const moov = named(await boxesOf(readAt, 0, bytes), 'moov');
  if (!moov || moov.end > bytes) return null;
  return timesIn(readAt, named(await within(readAt, moov, bytes), 'mvhd'));
}

/** mvhd (§8.2.2) and mdhd (§8.4.2) begin alike. */
async function timesIn(readAt: ReadAt, box: Box | undefined): Promise<MovieTimes | null> {
  if (!box) return null;
  const body = await readAt(box.start + box.header, 32);
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
