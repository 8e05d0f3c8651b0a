import { because, type Reason } from '#domain/reason';
import type { ReadAt } from './iso-bmff.ts';

const TS_PACKET = 188;
const TS_SYNC = 0x47;
const TS_LOOKED_AT = 5;

/** A transport stream consists of whole packets (ISO/IEC 13818-1 §2.4.3.2): one that ends within a packet was cut off. null if it is whole, or is none. */
export async function missingOfTransportStream(readAt: ReadAt, bytes: number): Promise<Reason | null> {
  if (bytes < TS_LOOKED_AT * TS_PACKET) return null;
  const head = await readAt(0, TS_LOOKED_AT * TS_PACKET);
  for (let packet = 0; packet < TS_LOOKED_AT; packet += 1) if (head[packet * TS_PACKET] !== TS_SYNC) return null;
  const rest = bytes % TS_PACKET;
  return rest === 0 ? null : because('packet-truncated', { found: rest, bytes: TS_PACKET });
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
