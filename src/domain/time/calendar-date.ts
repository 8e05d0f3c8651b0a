import { msToClaimed } from './station-time.ts';

/** A calendar date as a person writes it (`2026-06-20`, `2026/6/20`) in the form `2026-06-20`; null if there is no such day. */
export function calendarDateOf(written: string): string | null {
  const [, year = '', month = '', day = ''] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(written.trim()) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const ms = Date.parse(`${date}T00:00:00Z`);
  // Date.parse refuses the 32nd, but takes the 31st of June for the first of July.
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(date) ? date : null;
}

export function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** The calendar date of a moment in an IANA zone. */
export function dateIn(ms: number, zone: string): string {
  // Outside the years that mean anything the clock of the station is wrong, and UTC is as good.
  return (msToClaimed(ms, zone) ?? new Date(ms).toISOString()).slice(0, 10);
}

/** The time of day of a moment in an IANA zone, `HH:MM`. */
export function timeIn(ms: number, zone: string): string {
  return (msToClaimed(ms, zone) ?? new Date(ms).toISOString()).slice(11, 16);
}
