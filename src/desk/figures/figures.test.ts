// Goal: days of figures are calendar days of the station, also where clocks are changed. Method: zones that change them, and one that does not.

import { describe, expect, it } from 'vitest';
import { daysOf, lastDays } from './figures.ts';

const HOUR = 3_600_000;
const sums = { recordings: 1, ms: 10, notArchived: 1, notArchivedMs: 10, damaged: 0, unassigned: 1 };

describe('lastDays', () => {
  it('ends with today in the zone of the station', () => {
    const days = lastDays(Date.parse('2026-06-20T17:00:00Z'), 3, 'Asia/Shanghai');
    expect(days.map(({ day }) => day)).toEqual(['2026-06-19', '2026-06-20', '2026-06-21']);
    expect(new Date(days[2]?.fromMs ?? 0).toISOString()).toBe('2026-06-20T16:00:00.000Z');
    expect(days[0]?.untilMs).toBe(days[1]?.fromMs);
  });

  it('has a day of 23 hours where summer time begins, and one of 25 where it ends', () => {
    const lengths = (now: string) => lastDays(Date.parse(now), 3, 'Europe/Berlin').map(({ fromMs, untilMs }) => (untilMs - fromMs) / HOUR);
    expect(lengths('2026-03-30T10:00:00Z')).toEqual([24, 23, 24]);
    expect(lengths('2026-10-26T10:00:00Z')).toEqual([24, 25, 24]);
  });
});

describe('daysOf', () => {
  it('puts hours into their days, with the units apart and the longest first', () => {
    const days = lastDays(Date.parse('2026-06-20T10:00:00Z'), 2, 'UTC');
    const hours = [
      { hour: 1, unit: 'a', ...sums },
      { hour: 23, unit: 'b', ...sums, ms: 30 },
      { hour: 24, unit: null, ...sums },
    ];
    const [first, second] = daysOf(days, hours);
    expect(first).toMatchObject({ day: '2026-06-19', recordings: 2, ms: 40, unassigned: 2 });
    expect(first?.units.map(({ unit }) => unit)).toEqual(['b', 'a']);
    expect(second).toMatchObject({ day: '2026-06-20', recordings: 1, units: [{ unit: null, recordings: 1, ms: 10 }] });
  });
});
