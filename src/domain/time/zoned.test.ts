/*
 * Goal: a moment is written as the clock of its zone showed it, to the millisecond, on every day of every zone.
 * Method: luxon's own text is what is right. Random moments, and those around each change of an offset.
 */
import { DateTime } from 'luxon';
import { expect, it } from 'vitest';
import { msToZoned } from './station-time.ts';

const ZONES = [
  ...['Asia/Shanghai', 'UTC', 'Etc/UTC', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Australia/Lord_Howe'],
  ...[
    'Asia/Kathmandu',
    'Asia/Gaza',
    'Antarctica/Casey',
    'Antarctica/Troll',
    'Africa/Casablanca',
    'Pacific/Chatham',
    'Pacific/Apia',
    'UTC+5:30',
  ],
];
const right = (ms: number, zone: string) => DateTime.fromMillis(ms, { zone }).toISO({ suppressMilliseconds: false });
const DAY_MS = 86_400_000;

it.each(ZONES)('%s', (zone) => {
  const from = Date.UTC(1988, 0);
  for (let n = 0; n < 500; n += 1) {
    const ms = from + Math.floor(Math.random() * 60 * 365 * DAY_MS);
    expect(msToZoned(ms, zone)).toBe(right(ms, zone));
  }
  // Every hour of the days around a change: the day before, the day itself, the day after.
  for (let day = Date.UTC(2018, 0); day < Date.UTC(2027, 0); day += DAY_MS) {
    const offset = (ms: number) => DateTime.fromMillis(ms, { zone }).offset;
    if (offset(day) === offset(day + DAY_MS)) continue;
    for (let ms = day - DAY_MS; ms < day + 2 * DAY_MS; ms += 900_000 - 1) expect(msToZoned(ms, zone)).toBe(right(ms, zone));
  }
});

it('is in UTC where the zone is none, and right at the ends of time', () => {
  expect(msToZoned(0, 'Nowhere/At_All')).toBe('1970-01-01T00:00:00.000Z');
  for (const ms of [-1, 0, Date.UTC(1900, 0), Date.UTC(9999, 11, 31), 8.64e15])
    expect(msToZoned(ms, 'Asia/Shanghai')).toBe(right(ms, 'Asia/Shanghai') ?? new Date(ms).toISOString());
});
