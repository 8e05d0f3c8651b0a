import { randomBytes } from 'node:crypto';

/** What an id names; the prefix is the first part of the id. */
const PREFIXES = [
  'rec',
  'org',
  'dck',
  'drv',
  'evt',
  'sug',
  'hld',
  'usr',
  'unt',
  'ssn',
  'tok',
  'ksk',
  'req',
  'grt',
  'lok',
  'ntc',
  'smp',
  'lgh',
  'dsp',
  'tmb',
  'dty',
  'mrk',
] as const;
export type IdPrefix = (typeof PREFIXES)[number];

// Crockford's base 32, lower case: no i, l, o, u, so that an id can be read out over the phone.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID = new RegExp(`^(${PREFIXES.join('|')})-[0-9a-hjkmnp-tv-z]{10}-[0-9a-z]{2,12}-[0-9a-hjkmnp-tv-z]{10}$`);

/** 10 characters of base 32, so that ids sort by the time (ms since 1970) at which they were made. */
function encodeTime(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/**
 * Makes a global id `<prefix>-<time>-<station>-<random>`: sortable by time, unique without a central counter,
 * and safe as a file name, an S3 key part and a BullMQ job id. `stationId` is 2 to 12 of [0-9a-z].
 */
export function newId(prefix: IdPrefix, nowMs: number, stationId: string): string {
  let random = '';
  for (const byte of randomBytes(10)) random += ALPHABET[byte % 32];
  return `${prefix}-${encodeTime(nowMs)}-${stationId}-${random}`;
}

/** The time (ms since 1970) inside an id; NaN if `id` is not one. */
export function idTimeMs(id: string): number {
  if (!ID.test(id)) return Number.NaN;
  let ms = 0;
  for (const letter of id.slice(4, 14)) ms = ms * 32 + ALPHABET.indexOf(letter);
  return ms;
}
