import type { HolidayFile } from './holiday-schema.ts';
import { dayNumber, dayOfText, dayText, isWeekend } from './local-days.ts';
import type { HolidayYear } from './working-days.ts';

const HOLIDAY_FAULTS = ['day-unreadable', 'span-backwards', 'day-of-other-year', 'day-off-and-on', 'workday-of-week'] as const;

/** Why the days off of a year cannot be used. */
export interface HolidayFault {
  readonly code: (typeof HOLIDAY_FAULTS)[number];
  readonly day: string;
  readonly path: readonly (string | number)[];
}

/** The days that a file says, and every fault; its days count only if there is none. */
export function holidayYearOf({ year, source, holidays, workdays }: HolidayFile): {
  readonly year: HolidayYear;
  readonly faults: readonly HolidayFault[];
} {
  const [off, on] = [daysOf(holidays, 'holidays', year), daysOf(workdays, 'workdays', year)];
  const faults = [...off.faults, ...on.faults];
  for (const { day, place } of on.days) {
    const told = { day: dayText(day), path: ['workdays', place] };
    if (off.days.some((each) => each.day === day)) faults.push({ code: 'day-off-and-on', ...told });
    // A slip of the pen: work is done on such a day anyway, so another one was meant.
    else if (!isWeekend(day)) faults.push({ code: 'workday-of-week', ...told });
  }
  const texts = (days: readonly { readonly day: number }[]) => days.map(({ day }) => dayText(day));
  return { year: { year, source, holidays: texts(off.days), workdays: texts(on.days) }, faults };
}

interface Day {
  readonly day: number;
  readonly place: number;
}

function daysOf(written: readonly string[], list: string, year: number): { days: readonly Day[]; faults: HolidayFault[] } {
  const days: Day[] = [];
  const faults: HolidayFault[] = [];
  written.forEach((text, place) => {
    const [first = '', last = first, ...more] = text.split('/');
    const [from, to] = [dayOfText(first), dayOfText(last)];
    const fault = (code: HolidayFault['code']) => faults.push({ code, day: text, path: [list, place] });
    if (more.length > 0 || Number.isNaN(from) || Number.isNaN(to)) fault('day-unreadable');
    else if (to < from) fault('span-backwards');
    // A notice also says something of the last week before its year.
    else if (from < dayNumber(year - 1, 12, 25) || to > dayNumber(year, 12, 31)) fault('day-of-other-year');
    else for (let day = from; day <= to; day += 1) days.push({ day, place });
  });
  return { days, faults };
}
