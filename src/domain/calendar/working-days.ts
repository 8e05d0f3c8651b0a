import { dayNumber, dayText, isWeekend } from './local-days.ts';

/** The days of one year on which a notice says something else than the week does. */
export interface HolidayYear {
  readonly year: number;
  /** Days off, `2026-10-01`. */
  readonly holidays: readonly string[];
  /** Days on which work is done although they are at a weekend (调休). */
  readonly workdays: readonly string[];
  /** Where it comes from, for people. */
  readonly source: string;
}

/**
 * Working days by yearly notices. A year without one is never guessed: China moves weekends each year, and a guess shortens a term by days. What a notice says of the last days
 * of December stands in that of the next year (29 to 31 December 2018 did), so from 25 December on that one is needed as well, where `decemberNeedsNext`.
 */
export class WorkingDays {
  /** Years with a notice, in order. */
  readonly years: readonly number[];
  readonly #decemberNeedsNext: boolean;
  readonly #holidays: ReadonlySet<string>;
  readonly #workdays: ReadonlySet<string>;

  constructor(years: readonly HolidayYear[], { decemberNeedsNext }: { readonly decemberNeedsNext: boolean }) {
    this.years = years.map(({ year }) => year).sort((one, other) => one - other);
    this.#decemberNeedsNext = decemberNeedsNext;
    this.#holidays = new Set(years.flatMap(({ holidays }) => holidays));
    this.#workdays = new Set(years.flatMap(({ workdays }) => workdays));
  }

  /** Whether work is done on a local day; null where its year is not known. */
  isWorkingDay(day: number): boolean | null {
    if (this.missingYear(day) !== null) return null;
    const text = dayText(day);
    if (this.#workdays.has(text)) return true;
    return !this.#holidays.has(text) && !isWeekend(day);
  }

  /** The `count`-th working day after a day; or the year that has to be known first. It ends, because only so many years are known. */
  after(day: number, count: number): { readonly day: number } | { readonly missingYear: number } {
    let at = day;
    for (let left = count; left > 0; ) {
      at += 1;
      const missingYear = this.missingYear(at);
      if (missingYear !== null) return { missingYear };
      const works = this.isWorkingDay(at);
      if (works) left -= 1;
    }
    return { day: at };
  }

  /** The year without whose notice nothing can be said of a day; null if it is known. */
  missingYear(day: number): number | null {
    const year = Number(dayText(day).slice(0, 4));
    if (!this.years.includes(year)) return year;
    const borrowed = this.#decemberNeedsNext && day >= dayNumber(year, 12, 25);
    return borrowed && !this.years.includes(year + 1) ? year + 1 : null;
  }
}
