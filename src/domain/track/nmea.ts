import type { Fix, Fixes } from './fix.ts';

// $GPRMC,073012.00,A,3437.1200,N,11227.3400,E,1.2,45.0,270619,…*hh (NMEA 0183): time, A for a valid fix, place, knots, course, date. The first letters name the
// satellites: GP, GN, GL, and GB or BD for BeiDou. Maker's times in brackets may stand before it.
const RMC =
  /\$(?:G[A-Z]|BD)RMC,(\d{2})(\d{2})(\d{2})(\.\d*)?,A,([^,\r\n*]*),([^,\r\n*]*),([^,\r\n*]*),([^,\r\n*]*),([^,\r\n*]*),[^,\r\n*]*,(\d{2})(\d{2})(\d{2})[^\r\n*]*(?:\*([0-9A-Fa-f]{2}))?/g;
const ANGLE = /^(\d{1,3})(\d{2}(?:\.\d*)?)$/;
const KMH_OF_KNOT = 1.852;

/** The valid fixes in a text of whole sentences. What is between them is passed over. */
export function nmeaFixes(text: string): Fixes {
  const fixes: Fix[] = [];
  let unreadable = 0;
  for (const found of text.matchAll(RMC)) {
    const fix = checks(found) ? fixOf(found) : null;
    if (fix) fixes.push(fix);
    else unreadable += 1;
  }
  return { fixes, unreadable };
}

/** The sum of a sentence, if it has one, is the exclusive or of the characters between `$` and `*`. */
function checks(found: RegExpExecArray): boolean {
  const sum = found[13];
  if (sum === undefined) return true;
  let own = 0;
  for (const character of found[0].slice(1, -3)) own ^= character.charCodeAt(0);
  return own === Number.parseInt(sum, 16);
}

function fixOf(found: RegExpExecArray): Fix | null {
  const [, , , , part = '', latitude = '', south = '', longitude = '', west = '', knots = ''] = found;
  const [hour = 0, minute = 0, second = 0] = found.slice(1, 4).map(Number);
  const [day = 0, month = 0, year = 0] = found.slice(10, 13).map(Number);
  // A leap second is the 60th.
  if (hour > 23 || minute > 59 || second > 60 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  // Two digits: satellites are used since 1980.
  const wholeMs = Date.UTC(year < 80 ? 2000 + year : 1900 + year, month - 1, day, hour, minute, second);
  const speed = /^\d+(?:\.\d*)?$/.test(knots) ? Number(knots) * KMH_OF_KNOT : null;
  return {
    atMs: wholeMs + Math.round(Number(`0${part || '.0'}`) * 1000),
    latitude: degrees(latitude, south, 'N', 'S'),
    longitude: degrees(longitude, west, 'E', 'W'),
    kmh: speed,
  };
}

/** `3437.1200` is 34° 37.12′. */
function degrees(text: string, side: string, positive: string, negative: string): number {
  const found = ANGLE.exec(text);
  const minutes = Number(found?.[2] ?? Number.NaN);
  if (minutes >= 60 || (side !== positive && side !== negative)) return Number.NaN;
  return (Number(found?.[1]) + minutes / 60) * (side === negative ? -1 : 1);
}
