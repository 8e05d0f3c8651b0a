/*
 * Goal: working days are those of the notices, and a year without notice is never guessed. Method: small years that people can check; China's by chinese-days itself, whose functions are right for
 * the years that it knows as long as this process is in UTC.
 */
import chineseDays from 'chinese-days';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCalendar } from '#desk/retention/read-holidays';
import { reasonText } from '#messages/reason';
import { dayText, LocalDays } from './local-days.ts';
import { missingNoticeReason, missingNotices } from './missing-notices.ts';
import type { RetentionCalendar } from './retention-calendar.ts';
import { WorkingDays } from './working-days.ts';

const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const year = (n: number, holidays: readonly string[] = [], workdays: readonly string[] = []) => ({
  year: n,
  holidays,
  workdays,
  source: 'test',
});
let china: RetentionCalendar;

beforeAll(async () => {
  china = await loadCalendar({ zone: 'Asia/Shanghai', holidays: 'china', directory: '' });
});

describe('China', () => {
  it('has all working days of 2004 to 2026 as chinese-days tells them, and knows no others', () => {
    expect(china.working.years).toEqual(Array.from({ length: 23 }, (_, n) => 2004 + n));
    const told: string[] = [];
    for (let at = day('2004-01-01'); at < day('2026-12-25'); at += 1) {
      if (china.working.isWorkingDay(at) !== chineseDays.isWorkday(dayText(at))) told.push(dayText(at));
    }
    expect(told).toEqual([]);
  });

  it('is the same in a process of another zone', async () => {
    const { TZ } = process.env;
    process.env['TZ'] = 'America/Los_Angeles';
    try {
      expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(480);
      const there = await loadCalendar({ zone: 'Asia/Shanghai', holidays: 'china', directory: '' });
      const days = Array.from({ length: 8000 }, (_, n) => day('2004-01-01') + n);
      expect(days.filter((each) => there.working.isWorkingDay(each) !== china.working.isWorkingDay(each))).toEqual([]);
      // Why its functions are not used: they go wrong there.
      expect(days.filter((each) => chineseDays.isWorkday(dayText(each)) !== china.working.isWorkingDay(each)).length).toBeGreaterThan(50);
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it.each([
    ['2026-02-28', true],
    ['2026-02-23', false],
    ['2026-10-10', true],
    ['2026-10-07', false],
    ['2025-10-11', true],
    ['2018-12-29', true],
    ['2018-12-31', false],
    // chinese-days says that this is a working day.
    ['2027-10-01', null],
    ['2003-12-31', null],
    // What the notice for 2027 says of them is not known.
    ['2026-12-25', null],
    ['2026-12-31', null],
    ['2026-12-24', true],
  ])('%s: %s', (text, works) => expect(china.working.isWorkingDay(day(text))).toBe(works));

  it('counts over a week of holidays and a working Saturday', () => {
    // 30 September 2026 is a Wednesday; 1 to 7 October are off, Saturday 10 October is not.
    expect(china.working.after(day('2026-09-30'), 3)).toEqual({ day: day('2026-10-10') });
    expect(china.endAfterWorkingDays(Date.parse('2026-09-30T23:30:00+08:00'), 3)).toEqual({ ms: Date.parse('2026-10-11T00:00:00+08:00') });
    expect(china.working.after(day('2026-12-20'), 5)).toEqual({ missingYear: 2027 });
    // Kept answers are those of the same count and day alone.
    const endAfter = (text: string, count: number) => china.endAfterWorkingDays(Date.parse(text), count);
    const ends = [1, 3, 1, 2].map((count) => endAfter('2026-09-30T23:30:00+08:00', count));
    expect(ends).toEqual(['09', '11', '09', '10'].map((day) => ({ ms: Date.parse(`2026-10-${day}T00:00:00+08:00`) })));
    expect(endAfter('2026-09-29T08:00:00+08:00', 1)).toEqual({ ms: Date.parse('2026-10-01T00:00:00+08:00') });
  });
});

it('an own year needs no next one, and a notice may tell of the December before', () => {
  const own = new WorkingDays([year(2028), year(2027, ['2027-12-27', '2026-12-31'])], { decemberNeedsNext: false });
  expect([own.isWorkingDay(day('2027-12-27')), own.isWorkingDay(day('2028-12-29')), own.isWorkingDay(day('2026-12-31'))]).toEqual([
    false,
    true,
    null,
  ]);
  expect([own.years, own.missingYear(day('2026-12-31'))]).toEqual([[2027, 2028], 2026]);
});

describe('the notice of next year', () => {
  const days = new LocalDays('Asia/Shanghai');
  const missing = (text: string, years: readonly number[]) =>
    missingNotices(
      new WorkingDays(
        years.map((n) => year(n)),
        { decemberNeedsNext: true },
      ),
      days,
      Date.parse(text),
    );

  it.each([
    ['2026-10-31T23:59:59+08:00', [2026], []],
    ['2026-11-01T00:00:00+08:00', [2026], [{ year: 2027, ahead: true }]],
    ['2026-10-31T16:00:00Z', [2026], [{ year: 2027, ahead: true }]],
    ['2026-12-31T12:00:00+08:00', [2026, 2027], []],
    ['2027-01-01T00:00:00+08:00', [2026], [{ year: 2027, ahead: false }]],
    [
      '2027-11-20T00:00:00+08:00',
      [2026],
      [
        { year: 2027, ahead: false },
        { year: 2028, ahead: true },
      ],
    ],
  ])('at %s, with %j: %j', (text, years, told) => expect(missing(text, years)).toEqual(told));

  it('is told in words', () => {
    expect(reasonText('zh-CN', missingNoticeReason({ year: 2027, ahead: true }))).toContain('2027.yaml');
    expect(reasonText('en', missingNoticeReason({ year: 2027, ahead: false }))).toBe(
      'the days off of 2027 are not known: terms of working days that end in that year wait',
    );
  });
});
