import type { ReadAt } from './iso-bmff.ts';

/** What the header of a media file tells of its time, as far as a few small reads show. Untrusted. */
export interface ContainerHeader {
  /**
   * The time that the header names, with its digits read as UTC, ms since 1970; null if it names none. Whatever the format says, the
   * recorder's maker decides whether the digits are UTC or a wall clock, and whether they tell the start or the end.
   */
  readonly writtenMs: number | null;
  readonly durationMs: number | null;
}

const NOTHING: ContainerHeader = { writtenMs: null, durationMs: null };
/** Reads of one file: the deepest format needs about thirty. A header that leads on and on gets no more. */
const READS_MAX = 96;
const TRACKS_MAX = 8;
const DURATION_MS_MAX = 7 * 86_400_000;
/** From 1904, where ISO files count from, to 1970. Some recorders count from 1970 there too: their numbers lie below this one. */
const SECONDS_1904_TO_1970 = 2_082_844_800;
const WRITTEN_MS_MAX = Date.UTC(2200, 0);

/** A block of a file: what it is called, and where its content lies. */
interface Block {
  readonly type: string;
  readonly start: number;
  /** May lie beyond the end of the file. */
  readonly end: number;
}

/** Reads the header of a file of `bytes` bytes: ISO base media, AVI, WAV or Matroska; nothing is told of any other format. */
export async function readContainerHeader(readAt: ReadAt, bytes: number): Promise<ContainerHeader> {
  const read = bounded(readAt);
  const head = await read(0, 16);
  if (head.length < 12) return NOTHING;
  const first = ascii(head, 0, 4);
  if (first === 'RIFF' || first === 'RF64') {
    const form = ascii(head, 8, 12);
    if (form === 'AVI ') return told(await readAvi(read, bytes));
    return form === 'WAVE' ? told(await readWave(read, bytes)) : NOTHING;
  }
  if (view(head).getUint32(0) === 0x1a45dfa3) return told(await readMatroska(read, bytes));
  return ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'].includes(ascii(head, 4, 8)) ? told(await readIso(read, bytes)) : NOTHING;
}

function bounded(readAt: ReadAt): ReadAt {
  let left = READS_MAX;
  return async (position, length) => {
    left -= 1;
    return left < 0 || !Number.isSafeInteger(position) || position < 0 ? new Uint8Array() : await readAt(position, length);
  };
}

/** Leaves out times and lengths that make no sense. */
function told({ writtenMs, durationMs }: ContainerHeader): ContainerHeader {
  const times = writtenMs !== null && writtenMs > 0 && writtenMs < WRITTEN_MS_MAX;
  const lasts = durationMs !== null && durationMs >= 1 && durationMs <= DURATION_MS_MAX;
  return { writtenMs: times ? Math.round(writtenMs) : null, durationMs: lasts ? Math.round(durationMs) : null };
}

// ISO base media files (ISO/IEC 14496-12): MP4, MOV, 3GP.

async function* isoBoxes(read: ReadAt, start: number, end: number): AsyncGenerator<Block> {
  let position = start;
  while (position + 8 <= end) {
    const head = await read(position, 16);
    if (head.length < 8) return;
    let size = view(head).getUint32(0);
    let header = 8;
    if (size === 1 && head.length >= 16) {
      size = Number(view(head).getBigUint64(8));
      header = 16;
    }
    if (size === 0) size = end - position;
    if (size < header) return;
    yield { type: ascii(head, 4, 8), start: position + header, end: Math.min(position + size, end) };
    position += size;
  }
}

async function readIso(read: ReadAt, bytes: number): Promise<ContainerHeader> {
  const moov = await find(isoBoxes(read, 0, bytes), 'moov');
  if (!moov) return NOTHING;
  let written: number | null = null;
  let lasts: number | null = null;
  let tracks = 0;
  for await (const box of isoBoxes(read, moov.start, moov.end)) {
    if (box.type === 'mvhd') {
      const times = isoTimes(await read(box.start, 32));
      written = times.writtenMs;
      lasts = times.durationMs;
    } else if (box.type === 'mvex' && lasts === null) {
      lasts = await fragmentsDuration(read, box, moov);
    } else if (box.type === 'trak' && (written === null || lasts === null) && tracks < TRACKS_MAX) {
      tracks += 1;
      const times = await trackTimes(read, box);
      written ??= times.writtenMs;
      lasts ??= times.durationMs;
    }
    if (written !== null && lasts !== null) break;
  }
  return { writtenMs: written, durationMs: lasts };
}

/** mvhd (§8.2.2) and mdhd (§8.4.2) begin alike: version, creation, modification, units per second, length. */
function isoTimes(body: Uint8Array): ContainerHeader {
  const long = body[0] === 1;
  if (body.length < (long ? 32 : 20)) return NOTHING;
  const data = view(body);
  const seconds = long ? Number(data.getBigUint64(4)) : data.getUint32(4);
  const scale = data.getUint32(long ? 20 : 12);
  const units = long ? Number(data.getBigUint64(24)) : data.getUint32(16);
  const unknown = scale === 0 || units === 0 || units === 0xffffffff || units >= 2 ** 63;
  return { writtenMs: isoMs(seconds), durationMs: unknown ? null : (units * 1000) / scale };
}

function isoMs(seconds: number): number | null {
  if (seconds === 0) return null;
  return (seconds >= SECONDS_1904_TO_1970 ? seconds - SECONDS_1904_TO_1970 : seconds) * 1000;
}

/** The times of a track, for what the movie's header does not tell: creation from tkhd (§8.3.2), creation and length from mdhd. */
async function trackTimes(read: ReadAt, track: Block): Promise<ContainerHeader> {
  let created: number | null = null;
  for await (const box of isoBoxes(read, track.start, track.end)) {
    if (box.type === 'tkhd') {
      const body = await read(box.start, 12);
      if (body.length === 12) created = isoMs(body[0] === 1 ? Number(view(body).getBigUint64(4)) : view(body).getUint32(4));
    }
    if (box.type !== 'mdia') continue;
    const mdhd = await find(isoBoxes(read, box.start, box.end), 'mdhd');
    const times = mdhd ? isoTimes(await read(mdhd.start, 32)) : NOTHING;
    return { writtenMs: created ?? times.writtenMs, durationMs: times.durationMs };
  }
  return { writtenMs: created, durationMs: null };
}

/** mehd (§8.8.2): the length of a file in fragments, in units of mvhd. */
async function fragmentsDuration(read: ReadAt, mvex: Block, moov: Block): Promise<number | null> {
  const mehd = await find(isoBoxes(read, mvex.start, mvex.end), 'mehd');
  const mvhd = mehd && (await find(isoBoxes(read, moov.start, moov.end), 'mvhd'));
  if (!mvhd) return null;
  const [body, movie] = [await read(mehd.start, 12), await read(mvhd.start, 32)];
  if (body.length < (body[0] === 1 ? 12 : 8) || movie.length < 32) return null;
  const units = body[0] === 1 ? Number(view(body).getBigUint64(4)) : view(body).getUint32(4);
  const scale = view(movie).getUint32(movie[0] === 1 ? 20 : 12);
  return scale === 0 ? null : (units * 1000) / scale;
}

// RIFF (Multimedia Programming Interface and Data Specifications 1.0): AVI and WAV.

async function* riffChunks(read: ReadAt, start: number, end: number): AsyncGenerator<Block> {
  let position = start;
  while (position + 8 <= end) {
    const head = await read(position, 12);
    if (head.length < 8) return;
    const size = view(head).getUint32(4, true);
    const list = ascii(head, 0, 4) === 'LIST' && head.length === 12;
    const type = list ? `LIST ${ascii(head, 8, 12)}` : ascii(head, 0, 4);
    yield { type, start: position + (list ? 12 : 8), end: Math.min(position + 8 + size, end) };
    position += 8 + size + (size % 2);
  }
}

async function readAvi(read: ReadAt, bytes: number): Promise<ContainerHeader> {
  let written: number | null = null;
  let lasts: number | null = null;
  for await (const chunk of riffChunks(read, 12, bytes)) {
    if (chunk.type === 'LIST hdrl') {
      const header = await aviHeader(read, chunk);
      written ??= header.writtenMs;
      lasts = header.durationMs;
    } else if (chunk.type === 'IDIT') written ??= await idit(read, chunk);
    else if (chunk.type === 'LIST INFO') written ??= await infoDate(read, chunk);
    // The pictures: what comes after them is the index.
    if (chunk.type === 'LIST movi') break;
  }
  return { writtenMs: written, durationMs: lasts };
}

async function aviHeader(read: ReadAt, list: Block): Promise<ContainerHeader> {
  let written: number | null = null;
  let perFrame = 0;
  let frames = 0;
  for await (const chunk of riffChunks(read, list.start, list.end)) {
    if (chunk.type === 'avih') {
      const body = await read(chunk.start, 20);
      if (body.length < 20) return NOTHING;
      perFrame = view(body).getUint32(0, true);
      frames = view(body).getUint32(16, true);
    } else if (chunk.type === 'IDIT') written = await idit(read, chunk);
    else if (chunk.type === 'LIST odml') {
      // avih counts the frames of the first gigabyte only; dmlh (OpenDML 1.02) counts all.
      const dmlh = await find(riffChunks(read, chunk.start, chunk.end), 'dmlh');
      const body = dmlh ? await read(dmlh.start, 4) : new Uint8Array();
      if (body.length === 4) frames = Math.max(frames, view(body).getUint32(0, true));
    }
  }
  return { writtenMs: written, durationMs: (perFrame * frames) / 1000 };
}

async function infoDate(read: ReadAt, list: Block): Promise<number | null> {
  for await (const chunk of riffChunks(read, list.start, list.end))
    if (chunk.type === 'IDIT' || chunk.type === 'ICRD') return await idit(read, chunk);
  return null;
}

/** `Thu Jun 27 15:30:12 2019`, `2019:06:27 15:30:12`, or the same with other signs between. */
async function idit(read: ReadAt, chunk: Block): Promise<number | null> {
  const body = await read(chunk.start, Math.min(64, chunk.end - chunk.start));
  return writtenDate(ascii(body, 0, body.length));
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function writtenDate(text: string): number | null {
  const named = /([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d\d):(\d\d):(\d\d)\s+(\d{4})/.exec(text);
  if (named) {
    const month = MONTHS.indexOf(named[1] ?? '-') / 3;
    return Number.isInteger(month) && month >= 0 ? dateMs([Number(named[6]), month + 1, ...numbers(named.slice(2, 6))]) : null;
  }
  const plain = /(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(text);
  return plain ? dateMs(numbers(plain.slice(1))) : null;
}

const numbers = (texts: readonly string[]) => texts.map(Number);

function dateMs([year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[]): number | null {
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  // Date.UTC rolls 31 February over into March.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCMinutes() === minute ? ms : null;
}

async function readWave(read: ReadAt, bytes: number): Promise<ContainerHeader> {
  let written: number | null = null;
  let bytesPerSecond = 0;
  for await (const chunk of riffChunks(read, 12, bytes)) {
    if (chunk.type === 'fmt ') {
      const body = await read(chunk.start, 12);
      if (body.length === 12) bytesPerSecond = view(body).getUint32(8, true);
    } else if (chunk.type === 'bext') {
      // Broadcast wave (EBU Tech 3285): date and time of origination, 10 and 8 characters.
      const body = await read(chunk.start + 320, 18);
      written = writtenDate(`${ascii(body, 0, 10)} ${ascii(body, 10, 18)}`);
    } else if (chunk.type === 'data') {
      return { writtenMs: written, durationMs: bytesPerSecond === 0 ? null : ((chunk.end - chunk.start) * 1000) / bytesPerSecond };
    }
  }
  return { writtenMs: written, durationMs: null };
}

// Matroska (RFC 9559) and its coding EBML (RFC 8794).

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const CLUSTER = 0x1f43b675;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const DATE_UTC = 0x4461;
const MS_2001 = Date.UTC(2001, 0);

async function* ebmlElements(read: ReadAt, start: number, end: number): AsyncGenerator<{ id: number; start: number; end: number }> {
  let position = start;
  while (position + 2 <= end) {
    const head = await read(position, 12);
    const id = vint(head, 0, 4, true);
    const size = id && vint(head, id.bytes, 8, false);
    if (!id || !size) return;
    const from = position + id.bytes + size.bytes;
    // All ones: of unknown length, to the end of what holds it.
    const to = size.value === 2 ** (7 * size.bytes) - 1 ? end : from + size.value;
    yield { id: id.value, start: from, end: Math.min(to, end) };
    position = to;
  }
}

/** A number of variable length: the zeros at its beginning tell how long it is. */
function vint(bytes: Uint8Array, at: number, bytesMax: number, keepMarker: boolean): { value: number; bytes: number } | null {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || length > bytesMax || at + length > bytes.length) return null;
  let value = keepMarker ? first : first & (0xff >> length);
  for (let place = 1; place < length; place += 1) value = value * 256 + (bytes[at + place] ?? 0);
  return { value, bytes: length };
}

async function readMatroska(read: ReadAt, bytes: number): Promise<ContainerHeader> {
  for await (const top of ebmlElements(read, 0, bytes)) {
    if (top.id !== SEGMENT) continue;
    for await (const element of ebmlElements(read, top.start, top.end)) {
      if (element.id === INFO) return await matroskaInfo(read, element);
      if (element.id === CLUSTER) return NOTHING;
    }
  }
  return NOTHING;
}

async function matroskaInfo(read: ReadAt, info: { start: number; end: number }): Promise<ContainerHeader> {
  let nanoseconds = 1_000_000;
  let units: number | null = null;
  let written: number | null = null;
  for await (const { id, start, end } of ebmlElements(read, info.start, info.end)) {
    if (id !== TIMESTAMP_SCALE && id !== DURATION && id !== DATE_UTC) continue;
    const body = await read(start, Math.min(8, end - start));
    if (body.length === 0) continue;
    if (id === TIMESTAMP_SCALE) nanoseconds = body.reduce((sum, byte) => sum * 256 + byte, 0);
    else if (id === DURATION && (body.length === 4 || body.length === 8))
      units = body.length === 4 ? view(body).getFloat32(0) : view(body).getFloat64(0);
    else if (id === DATE_UTC && body.length === 8) written = MS_2001 + Number(view(body).getBigInt64(0)) / 1e6;
  }
  return { writtenMs: written, durationMs: units === null ? null : (units * nanoseconds) / 1e6 };
}

async function find(blocks: AsyncIterable<Block>, type: string): Promise<Block | undefined> {
  for await (const block of blocks) if (block.type === type) return block;
  return undefined;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
