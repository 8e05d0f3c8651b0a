import type { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { evaluatorOf } from '#domain/retention/evaluate';
import { readSchedule } from './read-schedule.ts';
import type { ReadVersion } from './schedule-shelf.ts';

/** The calendars of a site, by what a schedule says of its days off. */
export interface Calendars {
  readonly china: RetentionCalendar;
  readonly own: RetentionCalendar;
}

/** Reads versions of the schedule with these days off. */
export function versionReader({ china, own }: Calendars): ReadVersion {
  return ({ version, text }) => {
    const schedule = readSchedule(text, version, `schedule ${version}`);
    const calendar = schedule.holidays === 'china' ? china : own;
    return { version, schedule, calendar, evaluate: evaluatorOf(schedule, calendar) };
  };
}
