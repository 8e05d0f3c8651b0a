import { because, type Reason } from '#domain/reason';
import type { ReadAt } from './iso-bmff.ts';

/** Bytes of a packet, and those before its sync byte: 188 (ISO/IEC 13818-1 §2.4.3.2), or 192 with an arrival time before each, as AVCHD cameras write it (M2TS). */
const TS_LAYOUTS = [
  { packet: 188, before: 0 },
  { packet: 192, before: 4 },
] as const;
const TS_SYNC = 0x47;
const TS_LOOKED_AT = 5;

/** A transport stream consists of whole packets: one that ends within a packet was cut off. null if it is whole, or is none. */
export async function missingOfTransportStream(readAt: ReadAt, bytes: number): Promise<Reason | null> {
  const head = await readAt(0, TS_LOOKED_AT * TS_LAYOUTS[1].packet);
  const places = Array.from({ length: TS_LOOKED_AT }, (_, place) => place);
  const found = TS_LAYOUTS.find(({ packet, before }) => places.every((place) => head[place * packet + before] === TS_SYNC));
  const rest = found ? bytes % found.packet : 0;
  return found && rest !== 0 ? because('packet-truncated', { found: rest, bytes: found.packet }) : null;
}

const FLV_TAG_HEAD = 11;
const FLV_SIZE = 4;
/** So many zeros at the end are room that was there before the file was written; fewer may be a picture's. */
const ROOM = 256;
/** Sound, picture, facts. */
const FLV_TAGS = [8, 9, 18];
const FLV_HEAD = 9 + FLV_SIZE;

/**
 * Behind each tag of an FLV file stands its size (Adobe Flash Video File Format 10.1, §E.3): where the last four bytes are not that of a tag which ends
 * there, the file was cut off. null if it is whole, is none, does not keep to that in its first tag, or ends with zeros that were there before it was written.
 */
export async function missingOfFlv(readAt: ReadAt, bytes: number): Promise<Reason | null> {
  const head = await readAt(0, FLV_HEAD);
  if (String.fromCharCode(...head.subarray(0, 3)) !== 'FLV') return null;
  const first = await flvTag(readAt, FLV_HEAD);
  if (first === null || sizeIn(await readAt(FLV_HEAD + first, FLV_SIZE)) !== first) return null;
  const last = await readAt(Math.max(0, bytes - ROOM), ROOM);
  if (last.every((byte) => byte === 0)) return null;
  const told = sizeIn(last.subarray(-FLV_SIZE));
  const start = bytes - FLV_SIZE - told;
  if (start >= FLV_HEAD && (await flvTag(readAt, start)) === told) return null;
  return because('within-tag', {});
}

/** Size of the tag that begins there, with its head; null if none does. */
async function flvTag(readAt: ReadAt, at: number): Promise<number | null> {
  const tag = await readAt(at, FLV_TAG_HEAD);
  return tag.length === FLV_TAG_HEAD && FLV_TAGS.includes(tag[0] ?? 0) ? FLV_TAG_HEAD + sizeIn(tag.subarray(1, 4)) : null;
}

/** Big-endian. */
function sizeIn(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

const ASF_HEADER = '3026b2758e66cf11a6d900aa0062ce6c';
const ASF_FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365';
const ASF_LOOKED_AT = 64 * 1024;
/** In the file properties object: its size field, and flags whose first bit says that the size was not known (a broadcast). */
const ASF_SIZE_AT = 40;
const ASF_FLAGS_AT = 88;

/** What an ASF file (WMV, WMA; Advanced Systems Format specification, §3.2) lacks of the size that it tells; null if nothing, or if it is none. */
export async function missingOfAsf(readAt: ReadAt, bytes: number): Promise<Reason | null> {
  const head = await readAt(0, ASF_LOOKED_AT);
  const hex = (at: number) => [...head.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (head.length < 30 || hex(0) !== ASF_HEADER) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 30; at + 24 <= head.length; ) {
    if (hex(at) === ASF_FILE_PROPERTIES && at + ASF_FLAGS_AT + 4 <= head.length) {
      const told = Number(view.getBigUint64(at + ASF_SIZE_AT, true));
      const unknown = (view.getUint32(at + ASF_FLAGS_AT, true) & 1) === 1;
      return !unknown && told > bytes ? because('says-more', { bytes: told, found: bytes }) : null;
    }
    const size = Number(view.getBigUint64(at + 16, true));
    if (size < 24) return null;
    at += size;
  }
  return null;
}
