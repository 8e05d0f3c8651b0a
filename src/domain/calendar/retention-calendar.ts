import { LocalDays, plusMonths } from './local-days.ts';
import { type HolidayYear, WorkingDays } from './working-days.ts';

interface Length {
  readonly months: number;
  readonly days: number;
}

/** What a calendar is made of: plain, so that a thread can make the same one. */
export interface CalendarData {
  readonly zone: string;
  readonly years: readonly HolidayYear[];
  /** As a schedule says; `china`: notices of the State Council, which also say something of the December before. */
  readonly holidays: 'china' | 'own';
}

/** The calendar by which terms are counted: the days of the agency's zone, and its working days. */
export class RetentionCalendar {
  readonly data: CalendarData;
  readonly days: LocalDays;
  readonly working: WorkingDays;
  /** By `count` and day: what recordings of one day ask again. */
  readonly #afterWorking = new Map<number, Map<number, ReturnType<WorkingDays['after']>>>();

  constructor(data: CalendarData) {
    const { zone, years, holidays } = data;
    this.data = data;
    this.days = new LocalDays(zone);
    this.working = new WorkingDays(years, { decemberNeedsNext: holidays === 'china' });
  }

  /** The first moment after a term that begins on the local day of `fromMs`: the end of the day so many months and days later. */
  endAfter(fromMs: number, { months, days }: Length): number {
    return this.days.endOf(plusMonths(this.days.dayOf(fromMs), months) + days);
  }

  /** The same for working days; the day of `fromMs` does not count. Else the year whose notice is missing. */
  endAfterWorkingDays(fromMs: number, count: number): { readonly ms: number } | { readonly missingYear: number } {
    const day = this.days.dayOf(fromMs);
    const kept = this.#afterWorking.get(count) ?? new Map<number, ReturnType<WorkingDays['after']>>();
    const found = kept.get(day) ?? this.working.after(day, count);
    // Days of known notices and one year without, for at most a thousand counts: few enough to keep.
    if (!('missingYear' in found)) this.#afterWorking.set(count, kept.set(day, found));
    return 'day' in found ? { ms: this.days.endOf(found.day) } : found;
  }

  /** The last local day before a moment, as people say a term: `2027-02-28`. */
  lastDayBefore(ms: number): number {
    return this.days.dayOf(ms - 1);
  }
}
