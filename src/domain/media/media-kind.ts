import type { Kind } from '#domain/kind';

/** How much of a file's beginning is looked at. */
export const HEAD_BYTES = 4096;

interface Signature {
  readonly kind: Kind;
  readonly at: number;
  /** Latin-1 text, or bytes. */
  readonly bytes: string | readonly number[];
  /** A second piece that must be there as well. */
  readonly and?: { readonly at: number; readonly bytes: string };
}

// In order: the first that fits wins. Formats without a signature of their own follow below as functions.
const SIGNATURES: readonly Signature[] = [
  // ISO base media (ISO/IEC 14496-12) and QuickTime: the brand says what it holds; the last line takes every other brand.
  ...['heic', 'heix', 'heif', 'mif1', 'msf1', 'avif', 'crx '].map((brand) => ({ kind: 'photo' as const, at: 4, bytes: `ftyp${brand}` })),
  ...['M4A ', 'M4B '].map((brand) => ({ kind: 'audio' as const, at: 4, bytes: `ftyp${brand}` })),
  ...['ftyp', 'moov', 'mdat', 'wide', 'skip'].map((box) => ({ kind: 'video' as const, at: 4, bytes: box })),
  { kind: 'video', at: 0, bytes: 'RIFF', and: { at: 8, bytes: 'AVI ' } },
  { kind: 'audio', at: 0, bytes: 'RIFF', and: { at: 8, bytes: 'WAVE' } },
  { kind: 'audio', at: 0, bytes: 'RIFF', and: { at: 8, bytes: 'QLCM' } },
  { kind: 'photo', at: 0, bytes: 'RIFF', and: { at: 8, bytes: 'WEBP' } },
  // Matroska and WebM; FLV; ASF; MXF (SMPTE 377); MPEG program stream and video; Dahua DAV; Hikvision.
  { kind: 'video', at: 0, bytes: [0x1a, 0x45, 0xdf, 0xa3] },
  { kind: 'video', at: 0, bytes: 'FLV\u0001' },
  { kind: 'video', at: 0, bytes: [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11] },
  { kind: 'video', at: 0, bytes: [0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0d, 0x01, 0x02] },
  { kind: 'video', at: 0, bytes: [0x00, 0x00, 0x01, 0xba] },
  { kind: 'video', at: 0, bytes: [0x00, 0x00, 0x01, 0xb3] },
  ...['DHAV', 'DAHUA', 'IMKH'].map((bytes) => ({ kind: 'video' as const, at: 0, bytes })),
  ...['#!AMR', 'fLaC', 'OggS', 'ID3', 'caff'].map((bytes) => ({ kind: 'audio' as const, at: 0, bytes })),
  // Dictations: DSS of both versions, DS2.
  ...['\u0002dss', '\u0003dss', '\u0003ds2', 'Creative Voice File\u001a'].map((bytes) => ({ kind: 'audio' as const, at: 0, bytes })),
  { kind: 'audio', at: 0, bytes: 'FORM', and: { at: 8, bytes: 'AIF' } },
  { kind: 'photo', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { kind: 'photo', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { kind: 'photo', at: 0, bytes: 'GIF8' },
  // TIFF, and with it DNG and most raw formats, in both byte orders.
  { kind: 'photo', at: 0, bytes: [0x49, 0x49, 0x2a, 0x00] },
  { kind: 'photo', at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { kind: 'document', at: 0, bytes: '%PDF-' },
];

/** What the beginning of a file shows it to be; null where it shows nothing. `head` is untrusted, of any length; HEAD_BYTES are enough. */
export function kindOfContent(head: Uint8Array): Kind | null {
  const found = SIGNATURES.find(({ at, bytes, and }) => has(head, at, bytes) && (!and || has(head, and.at, and.bytes)));
  if (found) return found.kind;
  if (isTransportStream(head) || isElementaryVideo(head)) return 'video';
  if (isAdts(head)) return 'audio';
  return isTrack(head) ? 'track' : null;
}

function has(head: Uint8Array, at: number, wanted: string | readonly number[]): boolean {
  const bytes = typeof wanted === 'string' ? [...wanted].map((character) => character.charCodeAt(0)) : wanted;
  return bytes.every((byte, place) => head[at + place] === byte);
}

/** Sync bytes of five packets in a row (ISO/IEC 13818-1), plain or with the time code that cameras put before each. */
function isTransportStream(head: Uint8Array): boolean {
  return [
    [0, 188],
    [4, 192],
  ].some(([first = 0, step = 188]) => [0, 1, 2, 3, 4].every((packet) => head[first + packet * step] === 0x47));
}

/** Annex B byte stream that begins with a parameter set or a delimiter: H.264 (NAL type 7, 9) or H.265 (32 to 35). */
function isElementaryVideo(head: Uint8Array): boolean {
  const start = has(head, 0, [0, 0, 0, 1]) ? 4 : has(head, 0, [0, 0, 1]) ? 3 : 0;
  const [nal = 0, next = 0] = head.subarray(start, start + 2);
  if (start === 0 || (nal & 0x80) !== 0) return false;
  const h265 = (nal >> 1) & 0x3f;
  return [7, 9].includes(nal & 0x1f) || (h265 >= 32 && h265 <= 35 && (nal & 1) === 0 && next === 1);
}

/** AAC in ADTS frames: the next frame begins where the first says that it ends. */
function isAdts(head: Uint8Array): boolean {
  const isHeader = (at: number) => head[at] === 0xff && ((head[at + 1] ?? 0) & 0xf6) === 0xf0;
  if (!isHeader(0)) return false;
  const bytes = (((head[3] ?? 0) & 3) << 11) | ((head[4] ?? 0) << 3) | ((head[5] ?? 0) >> 5);
  return bytes >= 7 && isHeader(bytes);
}

/** GPX, or sentences of NMEA 0183. */
function isTrack(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 512));
  return /^\s*<\?xml[^>]*>\s*(?:<!--[^>]*>\s*)?<gpx\b/.test(text) || /^\$G[A-Z]{4},[\x20-\x7e]*\*[0-9A-F]{2}\r?\n/.test(text);
}

const MEDIA: readonly Kind[] = ['video', 'audio', 'photo'];

/**
 * The kind of a media file that its name calls `named`: the kind that its beginning shows. But a file that is named as sound stays sound
 * where its beginning shows a container that may hold sound alone.
 */
export function correctedKind(named: Kind, head: Uint8Array): Kind {
  const shown = kindOfContent(head);
  if (shown === null || !MEDIA.includes(shown) || !MEDIA.includes(named)) return named;
  return named === 'audio' && shown === 'video' && holdsSoundAlone(head) ? named : shown;
}

/** Containers that are written for sound alone as well: ISO base media, QuickTime, Matroska, ASF, and streams. */
function holdsSoundAlone(head: Uint8Array): boolean {
  const boxes = ['ftyp', 'moov', 'mdat', 'wide', 'skip'].some((box) => has(head, 4, box));
  const others = [
    [0x1a, 0x45, 0xdf, 0xa3],
    [0x30, 0x26, 0xb2, 0x75],
    [0x00, 0x00, 0x01, 0xba],
  ].some((bytes) => has(head, 0, bytes));
  return boxes || others || isTransportStream(head);
}
