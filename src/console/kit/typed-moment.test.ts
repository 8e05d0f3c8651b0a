/*
 * Goal: a day is read as people write it, and what is no day is never taken for another one.
 * Method: both, as tables; and days at random, written in each way.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMoment, SAMPLES, shownMoment } from './typed-moment.ts';

describe('readMoment', () => {
  it.each([
    ['date', '2026-06-20', '2026-06-20'],
    ['date', '2026/6/5', '2026-06-05'],
    ['date', '2026.6.5', '2026-06-05'],
    ['date', '20260605', '2026-06-05'],
    ['date', ' ２０２６年６月５日 ', '2026-06-05'],
    ['date', '2024-2-29', '2024-02-29'],
    ['month', '2026-06', '2026-06'],
    ['month', '2026年6月', '2026-06'],
    ['month', '202606', '2026-06'],
    ['datetime-local', '2026-06-20 9:05', '2026-06-20T09:05'],
    ['datetime-local', '2026-01-02T08:00', '2026-01-02T08:00'],
    ['datetime-local', '2026年6月20日 9时5分', '2026-06-20T09:05'],
    ['datetime-local', '20260620 0905', '2026-06-20T09:05'],
    ['date', '', ''],
    ['date', '   ', ''],
  ] as const)('%s: %j is %s', (kind, typed, read) => {
    expect(readMoment(kind, typed)).toBe(read);
  });

  it.each([
    ['date', '2026-06-31'],
    ['date', '2025-02-29'],
    ['date', '2026-13-01'],
    ['date', '2026-00-10'],
    ['date', '26-06-20'],
    ['date', '06/20/2026'],
    ['date', '2026-06'],
    ['date', '2026-06-20-1'],
    ['date', '202606'],
    ['date', 'June 20'],
    ['date', '2026-06-20 <b>'],
    ['month', '2026-13'],
    ['month', '2026-06-20'],
    ['datetime-local', '2026-06-20'],
    ['datetime-local', '2026-06-20 24:00'],
    ['datetime-local', '2026-06-20 12:60'],
  ] as const)('%s: %j is none', (kind, typed) => {
    expect(readMoment(kind, typed)).toBe(null);
  });

  it('reads each day as it is shown, with slashes, with signs of Chinese, and in one', () => {
    const day = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10);
        const [year, month, dayOfMonth] = iso.split('-').map(Number);
        for (const typed of [
          iso,
          shownMoment(iso),
          `${year}/${month}/${dayOfMonth}`,
          `${year}年${month}月${dayOfMonth}日`,
          iso.replaceAll('-', ''),
        ])
          expect(readMoment('date', typed)).toBe(iso);
      }),
    );
  });

  it('reads what it shows as a sample', () => {
    for (const kind of ['date', 'month', 'datetime-local'] as const)
      expect(shownMoment(readMoment(kind, SAMPLES[kind]) ?? '')).toBe(SAMPLES[kind]);
  });
});
