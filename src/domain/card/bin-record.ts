import { printableName } from './path.ts';

/** Bytes of a bin's record that are read: even the longer form, with the longest path that Windows allows, is smaller. */
export const BIN_RECORD_BYTES = 2048;

const HEADER_BYTES = 24;
const PATH_BYTES_V1 = 520;
const CHARACTERS_MAX = 1000;

/**
 * Where a deleted file was, from the `$I` record that Windows keeps beside it: version (1 or 2, 64 bits), size, time of deletion, and the
 * path in UTF-16, of fixed length in version 1, after its length in version 2. Returns the printable path on the card, without the drive;
 * null for bytes that are no such record.
 */
export function formerPath(record: Uint8Array): string | null {
  if (record.length < HEADER_BYTES + 4) return null;
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const version = view.getBigUint64(0, true);
  if (version !== 1n && version !== 2n) return null;
  const start = version === 1n ? HEADER_BYTES : HEADER_BYTES + 4;
  const bytes = version === 1n ? PATH_BYTES_V1 : 2 * Math.min(CHARACTERS_MAX, view.getUint32(HEADER_BYTES, true));
  const text = new TextDecoder('utf-16le').decode(record.subarray(start, start + bytes)).split('\0')[0] ?? '';
  const [, path] = /^[A-Za-z]:\\([^:*?"<>|]+)$/.exec(text) ?? [];
  if (path === undefined) return null;
  const encoder = new TextEncoder();
  return path
    .split('\\')
    .map((name) => printableName(encoder.encode(name)))
    .join('/');
}
