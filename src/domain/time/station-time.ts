import { DateTime, Info } from 'luxon';

const DAY_MS = 86_400_000;

/** Minutes east of UTC; asked of the zone itself, because whole cards are dated and a date with all its fields costs ten times as much. */
function offsetMinutes(ms: number, zone: string): number {
  return Info.normalizeZone(zone).offset(ms);
}

/** A wall-clock time without zone (`2019-06-27T15:30:12`) as ms since 1970 UTC in an IANA zone. A time that summer time skips moves forward. */
export function claimedToMs(claimed: string, zone: string): number {
  return DateTime.fromISO(claimed, { zone }).toMillis();
}

/**
 * The moments, ms since 1970 UTC and in order, at which clocks of a zone showed a wall-clock time: one; two where summer time ends and the hour comes
 * twice; none where summer time begins and the hour is left out. None for what is no time, too.
 */
export function wallClockMoments(claimed: string, zone: string): readonly number[] {
  const wanted = Date.parse(`${claimed}Z`);
  if (!Number.isFinite(wanted)) return [];
  const offset = (ms: number) => offsetMinutes(ms, zone);
  // No zone is a day or more away from UTC, and a change of its offset lies between the day before and the day after.
  const offsets = new Set([wanted - DAY_MS, wanted, wanted + DAY_MS].map(offset));
  return [...offsets]
    .map((minutes) => ({ minutes, moment: wanted - minutes * 60_000 }))
    .filter(({ minutes, moment }) => offset(moment) === minutes)
    .map(({ moment }) => moment)
    .sort((one, other) => one - other);
}

/** A time as a person writes it (`2026-06-20 15:30`, `2026/06/20`, with or without offset), ms since 1970 UTC; NaN if it is none, or has no whole date. */
export function writtenToMs(text: string, zone: string): number {
  const iso = text
    .trim()
    .replaceAll('/', '-')
    .replace(/^(\S+) (\S)/, '$1T$2');
  // ISO 8601 would let `08:00` be one of today, and `2026-06` the first of the month: whoever meant another day would never know.
  return /^\d{4}-?\d{2}-?\d{2}(?!\d)/.test(iso) ? Math.floor(claimedToMs(iso, zone)) : Number.NaN;
}

/** ms since 1970 UTC as wall-clock time of a zone, without zone and to the second; null outside the years 1990 to 2100, where no card's time means anything. */
export function msToClaimed(ms: number, zone: string): string | null {
  const wall = ms + offsetMinutes(ms, zone) * 60_000;
  // NaN, where the zone or the time is none, is not within them either.
  if (!(wall >= Date.UTC(1990, 0) && wall < Date.UTC(2101, 0))) return null;
  return new Date(wall).toISOString().slice(0, 19);
}

/** ISO 8601 with the zone's offset, for people and interfaces. */
export function msToZoned(ms: number, zone: string): string {
  const end = ms >= FIRST_WHOLE_MS && ms < AFTER_LAST_MS ? offsetTextOfDay(Math.floor(ms / DAY_MS), zone) : null;
  if (end === null) return DateTime.fromMillis(ms, { zone }).toISO({ suppressMilliseconds: false }) ?? new Date(ms).toISOString();
  return new Date(ms + end.minutes * 60_000).toISOString().slice(0, -1) + end.text;
}

interface DayOffset {
  readonly minutes: number;
  /** `+08:00`; `Z` in UTC. */
  readonly text: string;
}

/** From then on offsets are whole minutes; before, some were of seconds. */
const FIRST_WHOLE_MS = Date.UTC(1990, 0);
/** Later years are written with a sign and six digits. */
const AFTER_LAST_MS = Date.UTC(9999, 0);
const DAYS_MAX = 10_000;
const days = new Map<string, DayOffset | null>();

/** A list of recordings has hundreds of times, and to ask the zone for each is a quarter of its price. Null on a day on which the offset changes, and for what is no zone. */
function offsetTextOfDay(day: number, zone: string): DayOffset | null {
  const key = `${zone} ${day}`;
  const known = days.get(key);
  if (known !== undefined) return known;
  if (days.size >= DAYS_MAX) days.clear();
  const found = Info.normalizeZone(zone);
  const minutes = found.offset(day * DAY_MS);
  const isOne = Number.isInteger(minutes) && minutes === found.offset((day + 1) * DAY_MS - 1);
  const offset = isOne ? { minutes, text: minutes === 0 && found.isUniversal ? 'Z' : found.formatOffset(day * DAY_MS, 'short') } : null;
  days.set(key, offset);
  return offset;
}

/**
 * Minutes east of UTC of a zone's standard time, in the year of `ms`. FAT keeps local times without zone: read with one offset all year, a file's
 * time does not change when summer time comes, and the file stays the one that was sealed.
 */
export function standardOffsetMinutes(ms: number, zone: string): number {
  const year = new Date(ms).getUTCFullYear();
  return Math.min(...[0, 6].map((month) => offsetMinutes(Date.UTC(year, month), zone)));
}
