import { DateTime } from 'luxon';

/** A wall-clock time without zone (`2019-06-27T15:30:12`) as ms since 1970 UTC in an IANA zone. A time that summer time skips moves forward. */
export function claimedToMs(claimed: string, zone: string): number {
  return DateTime.fromISO(claimed, { zone }).toMillis();
}

/** A time as a person writes it (`2026-06-20 15:30`, `2026/06/20`, with or without offset), ms since 1970 UTC; NaN if it is none. */
export function writtenToMs(text: string, zone: string): number {
  const iso = text
    .trim()
    .replaceAll('/', '-')
    .replace(/^(\S+) (\S)/, '$1T$2');
  return Math.floor(claimedToMs(iso, zone));
}

/** ms since 1970 UTC as wall-clock time of a zone, without zone and to the second; null outside the years 1990 to 2100, where no card's time means anything. */
export function msToClaimed(ms: number, zone: string): string | null {
  const time = DateTime.fromMillis(ms, { zone });
  if (!time.isValid || time.year < 1990 || time.year > 2100) return null;
  return time.toFormat("yyyy-MM-dd'T'HH:mm:ss");
}

/** ISO 8601 with the zone's offset, for people and interfaces. */
export function msToZoned(ms: number, zone: string): string {
  return DateTime.fromMillis(ms, { zone }).toISO({ suppressMilliseconds: false }) ?? new Date(ms).toISOString();
}

/**
 * Minutes east of UTC of a zone's standard time, in the year of `ms`. FAT keeps local times without zone: read with one offset all year, a file's
 * time does not change when summer time comes, and the file stays the one that was sealed.
 */
export function standardOffsetMinutes(ms: number, zone: string): number {
  const { year } = DateTime.fromMillis(ms, { zone });
  return Math.min(...[1, 7].map((month) => DateTime.fromObject({ year, month, day: 1 }, { zone }).offset));
}
