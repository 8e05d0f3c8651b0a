import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { type BesideValue, custodyHash } from './entry.ts';
import type { StoredEntry } from './read-entry.ts';

/** Version of the byte form of the three objects of a segment. */
const SEGMENT_VERSION = 1;
const SEQ_DIGITS = 12;
const HASH_DIGITS = 16;
/** A bound that no header line reaches, bytes. */
const HEADER_BYTES_MAX = 1024;

/** `log`: entries of version 2. `former`: entries of byte form 1, which may be erased as a whole. */
export type SegmentKind = 'log' | 'former';

/** An entry with its lists and personal values. */
export interface ShippedEntry extends StoredEntry {
  readonly beside: readonly BesideValue[];
}

/** What the name of a segment tells. */
export interface SegmentName {
  readonly kind: SegmentKind;
  readonly first: number;
  readonly last: number;
  /** The first 16 hexadecimal digits of the hash of the last entry. Logs that differ never write the same name. */
  readonly hash: string;
}

/** The prefix of all pieces of one station's log, in vault and archive alike. */
export function segmentsPrefix(stationId: string): string {
  return `custody/${stationId}`;
}

const KEY = /^custody\/[0-9a-z]+\/(\d{12})-(\d{12})-([0-9a-f]{16})\.(log|former|lists|personal)$/;

function baseKey(stationId: string, { first, last, hash }: Omit<SegmentName, 'kind'>): string {
  const digits = (seq: number) => String(seq).padStart(SEQ_DIGITS, '0');
  return `${segmentsPrefix(stationId)}/${digits(first)}-${digits(last)}-${hash.slice(0, HASH_DIGITS)}`;
}

/** Keys of the objects of one segment. Entries of byte form 1 have no lists or personal values beside them. */
export function segmentKeys(stationId: string, name: SegmentName): { segment: string; lists: string; personal: string } {
  const base = baseKey(stationId, name);
  return { segment: `${base}.${name.kind}`, lists: `${base}.lists`, personal: `${base}.personal` };
}

/** Reads the key of a piece of the log; null for any other key. `part` is `segment` for the entries themselves. */
export function parseSegmentKey(key: string): (SegmentName & { readonly part: 'segment' | 'lists' | 'personal' }) | null {
  const found = KEY.exec(key);
  if (!found) return null;
  const [, first, last, hash = '', ending] = found;
  const place = { first: Number(first), last: Number(last), hash };
  if (place.last < place.first) return null;
  if (ending === 'lists' || ending === 'personal') return { ...place, kind: 'log', part: ending };
  return { ...place, kind: ending === 'former' ? 'former' : 'log', part: 'segment' };
}

/** How many bytes hold the length before each entry. Entries of byte form 1 have no bound, so they need more. */
function lengthBytesOf(kind: SegmentKind): 2 | 4 {
  return kind === 'log' ? 2 : 4;
}

/**
 * The bytes of a segment: a header line (canonical JSON), then each entry with its length before it, big-endian. The length has 2 bytes in a `log`, which is
 * the form of entry bundles in a C2SP tiled log (tlog-tiles, "Log Entries"), and 4 bytes in a `former`.
 */
export function segmentBytes(stationId: string, kind: SegmentKind, entries: readonly StoredEntry[]): Uint8Array {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) throw new RangeError('a segment without entries');
  const place = { station: stationId, first: first.seq, last: last.seq, prev: first.prev, hash: last.hash };
  const lengthBytes = lengthBytesOf(kind);
  const parts: Uint8Array[] = [headerLine({ type: `evidock.custody-${kind}`, ...place, lengthBytes })];
  for (const { bytes } of entries) {
    const length = Buffer.alloc(lengthBytes);
    length.writeUIntBE(bytes.byteLength, 0, lengthBytes);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

function headerLine(header: { readonly [key: string]: Json }): Uint8Array {
  return Buffer.concat([canonicalBytes({ v: SEGMENT_VERSION, ...header }), Buffer.from('\n')]);
}

/**
 * The lists or the personal values of a segment: a header line, then one line of canonical JSON for each value. A list has `{seq, name, value}`; a personal
 * value has `{seq, name, salt, value}` with the salt in hexadecimal. Lists and personal values are separate objects, so that personal values can be replaced
 * without touching anything else.
 */
function besideBytes(stationId: string, part: 'lists' | 'personal', entries: readonly ShippedEntry[]): Uint8Array {
  const place = { station: stationId, first: entries[0]?.seq ?? 0, last: entries.at(-1)?.seq ?? 0, hash: entries.at(-1)?.hash ?? '' };
  const lines: Uint8Array[] = [headerLine({ type: `evidock.custody-${part}`, ...place })];
  for (const { seq, beside } of entries)
    for (const { name, salt, bytes } of beside) {
      if ((salt === null) !== (part === 'lists')) continue;
      const value = JSON.parse(new TextDecoder().decode(bytes)) as Json;
      const secret = salt === null ? {} : { salt: Buffer.from(salt).toString('hex') };
      lines.push(canonicalBytes({ seq, name, ...secret, value }), Buffer.from('\n'));
    }
  return Buffer.concat(lines);
}

export interface Segment {
  readonly kind: SegmentKind;
  readonly station: string;
  readonly entries: readonly StoredEntry[];
}

/** Reads a segment and checks that its entries follow each other. Throws vault.read-failed, or SyntaxError where something in it is not JSON. */
export function parseSegment(bytes: Uint8Array): Segment {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.subarray(0, HEADER_BYTES_MAX).indexOf(0x0a);
  if (end < 0) throw notAPiece(because('piece-headless', {}));
  const header = JSON.parse(buffer.toString('utf8', 0, end)) as { readonly [key: string]: unknown };
  const kind = header['type'] === 'evidock.custody-log' ? 'log' : header['type'] === 'evidock.custody-former' ? 'former' : null;
  if (kind === null || header['v'] !== SEGMENT_VERSION) throw notAPiece(because('piece-form-unknown', {}));
  const entries = entriesIn(buffer.subarray(end + 1), kind, { seq: Number(header['first']), prev: String(header['prev']) });
  const last = entries.at(-1);
  if (last?.seq !== header['last'] || last?.hash !== header['hash']) throw notAPiece(because('piece-header-differs', {}));
  return { kind, station: String(header['station']), entries };
}

function notAPiece(reason: Reason): EvidockError {
  return new EvidockError('vault.read-failed', reason);
}

function entriesIn(body: Buffer, kind: SegmentKind, start: { seq: number; prev: string }): StoredEntry[] {
  const lengthBytes = lengthBytesOf(kind);
  const entries: StoredEntry[] = [];
  let { seq, prev } = start;
  for (let at = 0; at < body.length; ) {
    if (at + lengthBytes > body.length) throw notAPiece(because('piece-cut', { seq }));
    const length = body.readUIntBE(at, lengthBytes);
    const bytes = body.subarray(at + lengthBytes, at + lengthBytes + length);
    if (bytes.length !== length) throw notAPiece(because('piece-cut', { seq }));
    const form = JSON.parse(bytes.toString('utf8')) as { readonly seq?: unknown; readonly prev?: unknown };
    if (form.seq !== seq || form.prev !== prev) throw notAPiece(because('piece-not-following', { seq }));
    const hash = custodyHash(bytes);
    entries.push({ seq, prev, hash, bytes });
    at += lengthBytes + length;
    seq += 1;
    prev = hash;
  }
  return entries;
}

/** An object that is written to a place. */
export interface LogObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

function logObject(key: string, bytes: Uint8Array): LogObject {
  return { key, bytes, sha256: sha256Hex(bytes) };
}

export interface SegmentObjects {
  readonly name: SegmentName;
  /** Lists and personal values first, then the segment. So wherever the segment is, the others are too. */
  readonly objects: readonly LogObject[];
}

/** All objects for these entries, in the order in which they are written. */
export function segmentObjects(stationId: string, kind: SegmentKind, entries: readonly ShippedEntry[]): SegmentObjects {
  const last = entries.at(-1);
  const first = entries[0];
  if (!first || !last) throw new RangeError('a segment without entries');
  const name = { kind, first: first.seq, last: last.seq, hash: last.hash.slice(0, HASH_DIGITS) };
  const keys = segmentKeys(stationId, name);
  const segment = logObject(keys.segment, segmentBytes(stationId, kind, entries));
  if (kind === 'former') return { name, objects: [segment] };
  const beside = (['lists', 'personal'] as const).map((part) => logObject(keys[part], besideBytes(stationId, part, entries)));
  return { name, objects: [...beside, segment] };
}
