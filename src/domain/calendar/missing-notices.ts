import { because, type Reason } from '#domain/reason';
import { dayText, type LocalDays } from './local-days.ts';
import type { WorkingDays } from './working-days.ts';

/** The State Council publishes the days off of the next year in the first days of this month. */
const NOTICE_MONTH = 11;

/** A year whose days off should be known by now. */
export interface MissingNotice {
  readonly year: number;
  /** False: the year has begun, and terms that end in it wait. */
  readonly ahead: boolean;
}

/** The years whose notice is missing at a moment: this one, and from November on the next one. */
export function missingNotices(working: WorkingDays, days: LocalDays, nowMs: number): readonly MissingNotice[] {
  const [year = 0, month = 0] = dayText(days.dayOf(nowMs)).split('-').map(Number);
  const wanted = [{ year, ahead: false }, ...(month >= NOTICE_MONTH ? [{ year: year + 1, ahead: true }] : [])];
  return wanted.filter((each) => !working.years.includes(each.year));
}

export function missingNoticeReason({ year, ahead }: MissingNotice): Reason {
  return ahead ? because('holidays-next-missing', { year }) : because('holidays-missing', { year });
}
