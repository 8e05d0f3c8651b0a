import { claimedToMs, msToClaimed } from '#domain/time/station-time';
import type { Hours, MonthSpan } from './month.ts';
import { MONTHS_BEFORE } from './month.ts';

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** The month `2026-06` in a zone, and the beginnings of the months before and of itself, the oldest first; null for what is no month. */
export function monthSpan(month: string, zone: string): { readonly span: MonthSpan; readonly beginnings: readonly number[] } | null {
  const [, year, number] = MONTH.exec(month) ?? [];
  if (year === undefined) return null;
  const count = Number(year) * 12 + Number(number) - 1;
  const beginnings = Array.from({ length: MONTHS_BEFORE + 1 }, (_, at) => beginOf(count - MONTHS_BEFORE + at, zone));
  return { span: { month, fromMs: beginnings.at(-1) ?? 0, untilMs: beginOf(count + 1, zone) }, beginnings };
}

/** `count`: months since the year 0. */
function beginOf(count: number, zone: string): number {
  const [year, month] = [Math.floor(count / 12), (count % 12) + 1];
  return claimedToMs(`${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-01T00:00:00`, zone);
}

/** `07:00-20:00`; null for what is none. */
export function hoursOf(text: string): Hours | null {
  const [, fromHour, fromMinute, untilHour, untilMinute] = HOURS.exec(text) ?? [];
  if (fromHour === undefined) return null;
  return { fromMinute: Number(fromHour) * 60 + Number(fromMinute), untilMinute: Number(untilHour) * 60 + Number(untilMinute) };
}

/** Whether a moment lies outside the hours, by the clock of a zone. */
export function isOutside({ fromMinute, untilMinute }: Hours, atMs: number, zone: string): boolean {
  const clock = (msToClaimed(atMs, zone) ?? 'T00:00').split('T')[1] ?? '00:00';
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  const at = hour * 60 + minute;
  return fromMinute <= untilMinute ? at < fromMinute || at >= untilMinute : at < fromMinute && at >= untilMinute;
}
