/*
 * Names on a card are bytes. They are shown in a form that a person can read, that can be turned back into the bytes,
 * and in which two different names never look alike: harmless UTF-8 stays as it is, everything else becomes `%XX` of its bytes.
 */
import { because, type Reason } from '#domain/reason';
import { isUnseen, joinsTheOneBefore, lookAlikesOf } from './look-alikes.ts';

/** Longest name that Linux file systems know, bytes. */
const NAME_BYTES_MAX = 255;

// Characters that have a meaning in a printable path, so a name must not bring them.
const SIGNS = /[%\\/]/;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function escapeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
}

/** Length of the UTF-8 sequence that starts with `lead`; 1 for what cannot start one. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc2 ? 2 : 1;
}

/** One character with its bytes; null for a byte that begins none. */
function* charactersOf(raw: Uint8Array): Iterable<{ bytes: Uint8Array; character: string | null }> {
  for (let at = 0; at < raw.length; ) {
    const bytes = raw.subarray(at, at + sequenceLength(raw[at] ?? 0));
    try {
      yield { bytes, character: decoder.decode(bytes) };
      at += bytes.length;
    } catch {
      yield { bytes: raw.subarray(at, at + 1), character: null };
      at += 1;
    }
  }
}

/** The printable form of one name: reversible by `rawName`. */
export function printableName(raw: Uint8Array): string {
  const characters = [...charactersOf(raw)];
  if (raw.every((byte) => byte >= 0x20 && byte < 0x7f && !SIGNS.test(String.fromCharCode(byte)))) return decoder.decode(raw);
  const isAlike = lookAlikesOf(characters.map(({ character }) => character ?? '').join(''));
  let printable = '';
  let isPlain = false;
  for (const { bytes, character } of characters) {
    // An escape ends in a letter or digit, which a mark after it would change: `%9A` and a grave accent are drawn as `%9À`.
    const isLoose: boolean = !isPlain && joinsTheOneBefore(character ?? '');
    isPlain = character !== null && !SIGNS.test(character) && !isUnseen(character) && !isAlike(character) && !isLoose;
    printable += isPlain ? character : escapeBytes(bytes);
  }
  return printable;
}

/** The bytes that `printableName` was made from. */
export function rawName(printable: string): Uint8Array {
  const parts: number[] = [];
  for (let at = 0; at < printable.length; ) {
    const escaped = /^%([0-9A-F]{2})/.exec(printable.slice(at, at + 3));
    if (escaped) {
      parts.push(Number.parseInt(escaped[1] ?? '', 16));
      at += 3;
      continue;
    }
    const character = String.fromCodePoint(printable.codePointAt(at) ?? 0);
    parts.push(...encoder.encode(character));
    at += character.length;
  }
  return Uint8Array.from(parts);
}

/** Why a name may not be read at all; null for every name that can be, however odd it looks. */
export function refusedName(raw: Uint8Array): Reason | null {
  if (raw.length === 0) return because('name-empty', {});
  if (raw.length > NAME_BYTES_MAX) return because('name-long', { bytes: raw.length, limit: NAME_BYTES_MAX });
  if (raw.includes(0x2f) || raw.includes(0)) return because('name-slash', {});
  if (raw[0] === 0x2e && (raw.length === 1 || (raw.length === 2 && raw[1] === 0x2e))) return because('name-above', {});
  return null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });
// What Chinese names are made of besides ASCII: ideographs, their punctuation, full-width forms.
const CHINESE = /^[\x20-\x7e\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]*$/;

/**
 * A path as people read it: a name that is no UTF-8 and makes sense as GBK (GB 18030), as recorders write it on FAT, is shown so. For lists and for
 * recognition only: it cannot be turned back, and two names may look alike. The printable form stays what names the file.
 */
export function shownPath(path: string): string {
  if (!path.includes('%')) return path;
  return path.split('/').map(shownName).join('/');
}

function shownName(printable: string): string {
  if (!/%[89A-F]/.test(printable)) return printable;
  const raw = rawName(printable);
  try {
    utf8.decode(raw);
    return printable;
  } catch {
    return gbkName(raw) ?? printable;
  }
}

/** null for what is not likely to be GBK: other code pages have bytes that happen to decode, mostly to ideographs that nobody uses. */
function gbkName(raw: Uint8Array): string | null {
  let text: string;
  try {
    text = gb18030.decode(raw);
  } catch {
    return null;
  }
  if (!CHINESE.test(text) || SIGNS.test(text)) return null;
  let pairs = 0;
  let common = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const [lead, trail] = [raw[at] ?? 0, raw[at + 1] ?? 0];
    if (lead < 0x80) continue;
    pairs += 1;
    // GB 2312, the ideographs in daily use: both bytes from A1 on.
    if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) common += 1;
    at += 1;
  }
  return common * 2 > pairs ? text : null;
}
