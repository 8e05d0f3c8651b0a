import { Info } from 'luxon';

/*
 * Local days as numbers: days since 1 January 1970, as a calendar on the wall counts them. Sums over them need no zone. Only the way from a moment to its day, and from a day to
 * its last moment, asks the zone, and each answer is kept: a million recordings lie within a few thousand days.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** More days than anything here asks for. What grows beyond begins anew. */
const KEPT_MAX = 100_000;
/** No zone is further from UTC, and a change of its offset near a midnight lies between. */
const AROUND_MS = 30 * 3_600_000;

/** The number of a calendar day; `month` from 1. A month or day beyond its range is counted on. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** `2027-02-28` */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The number of a day that is written `2027-02-28`; NaN for what is none. */
export function dayOfText(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isFinite(ms) && dayText(ms / DAY_MS) === text ? ms / DAY_MS : Number.NaN;
}

/** Saturday or Sunday. */
export function isWeekend(day: number): boolean {
  // 1 January 1970 was a Thursday; 0 is Monday.
  return (((day + 3) % 7) + 7) % 7 >= 5;
}

/** A day plus whole months: the same day of the month, or the last one where that month is shorter (31 August + 6 months = 28 February). */
export function plusMonths(day: number, months: number): number {
  const from = new Date(day * DAY_MS);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + 1 + months];
  const lastOfMonth = dayNumber(year, month + 1, 0);
  return Math.min(dayNumber(year, month, from.getUTCDate()), lastOfMonth);
}

/** The days of one IANA zone, whatever zone this process has. Throws RangeError for a name that is no zone. */
export class LocalDays {
  readonly zone: string;
  /** Minutes east of UTC all through a UTC day; NaN where they change within it. */
  readonly #offsets = new Map<number, number>();
  readonly #ends = new Map<number, number>();
  readonly #texts = new Map<string, number>();

  constructor(zone: string) {
    if (!Info.isValidIANAZone(zone)) throw new RangeError(`no zone: ${zone}`);
    this.zone = zone;
  }

  /** The local day of a moment, ms since 1970 UTC. */
  dayOf(ms: number): number {
    const utcDay = Math.floor(ms / DAY_MS);
    const kept = this.#offsets.get(utcDay) ?? this.#learn(utcDay);
    const minutes = Number.isNaN(kept) ? this.#offset(ms) : kept;
    return Math.floor((ms + minutes * MINUTE_MS) / DAY_MS);
  }

  /** The same as `dayOfText`, kept: recordings and cases lie within a few thousand days. */
  dayOfText(text: string): number {
    const kept = this.#texts.get(text);
    if (kept !== undefined) return kept;
    const day = dayOfText(text);
    keep(this.#texts, text, day);
    return day;
  }

  /** The first moment after a local day. Where the clock shows the end of a day twice, after the second time. */
  endOf(day: number): number {
    return this.#ends.get(day) ?? this.#learnEnd(day);
  }

  #learn(utcDay: number): number {
    const [first, last] = [this.#offset(utcDay * DAY_MS), this.#offset((utcDay + 1) * DAY_MS - 1)];
    const minutes = first === last ? first : Number.NaN;
    keep(this.#offsets, utcDay, minutes);
    return minutes;
  }

  #learnEnd(day: number): number {
    const midnight = (day + 1) * DAY_MS;
    const shown = (ms: number) => ms + this.#offset(ms) * MINUTE_MS;
    // Before and after a change near that midnight. A zone that leaves a whole day out (Samoa in 2011) has both, too.
    const offsets = [midnight - AROUND_MS, midnight, midnight + AROUND_MS].map((ms) => this.#offset(ms));
    const moments = offsets.map((minutes) => midnight - minutes * MINUTE_MS);
    const ends = moments.filter((ms) => shown(ms - 1) < midnight && shown(ms) >= midnight);
    if (ends.length === 0) throw new RangeError(`day ${dayText(day)} has no end in ${this.zone}`);
    const end = Math.max(...ends);
    keep(this.#ends, day, end);
    return end;
  }

  #offset(ms: number): number {
    return Info.normalizeZone(this.zone).offset(ms);
  }
}

function keep<Key>(map: Map<Key, number>, key: Key, value: number): void {
  if (map.size >= KEPT_MAX) map.clear();
  map.set(key, value);
}
