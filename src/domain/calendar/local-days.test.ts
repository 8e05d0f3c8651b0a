/*
 * Goal: terms end at the end of a local day in every zone, also where clocks change, and nothing depends on the zone of this process. Method: days that people can look up; luxon, asked in
 * another way, in random zones; and the definition itself, which is tried moment by moment round changes of clocks.
 */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterEach, describe, expect, it } from 'vitest';
import { dayNumber, dayOfText, dayText, isWeekend, LocalDays, plusMonths } from './local-days.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const iso = (ms: number) => new Date(ms).toISOString();
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

describe('the end of a local day', () => {
  it.each([
    ['Asia/Shanghai', '2026-12-31', '2026-12-31T16:00:00.000Z'],
    ['America/Los_Angeles', '2026-03-08', '2026-03-09T07:00:00.000Z'],
    ['America/Los_Angeles', '2026-11-01', '2026-11-02T08:00:00.000Z'],
    // Midnight is left out: the next day begins at 01:00.
    ['America/Sao_Paulo', '2018-11-03', '2018-11-04T03:00:00.000Z'],
    ['Asia/Beirut', '2024-03-30', '2024-03-30T22:00:00.000Z'],
    // The last hour of the day comes twice: 24:00 is 23:00 again.
    ['Africa/Cairo', '2024-10-31', '2024-10-31T22:00:00.000Z'],
    ['America/Sao_Paulo', '2018-02-17', '2018-02-18T03:00:00.000Z'],
    // The first hour of the next day comes twice: the day is over before.
    ['America/Havana', '2026-10-31', '2026-11-01T04:00:00.000Z'],
    // Samoa left 30 December 2011 out: that day is over when it would begin.
    ['Pacific/Apia', '2011-12-29', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-31T10:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01', '2026-01-01T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01', '2026-01-01T10:00:00.000Z'],
  ])('%s, %s: %s', (zone, text, end) => expect(iso(new LocalDays(zone).endOf(day(text)))).toBe(end));

  it('is the first moment after which the clock never shows that day or an earlier one again', () => {
    const zones = [
      'Africa/Cairo',
      'America/Havana',
      'America/Sao_Paulo',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'Antarctica/Casey',
      'Atlantic/Azores',
      'Asia/Gaza',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: day('2008-01-01'), max: day('2027-01-01') }), (zone, number) => {
        const end = new LocalDays(zone).endOf(number);
        const shown = (ms: number) => DateTime.fromMillis(ms, { zone }).toISODate() ?? '';
        expect(shown(end - 1) <= dayText(number)).toBe(true);
        for (let ms = end; ms < end + 5 * 3_600_000; ms += 900_000) expect(shown(ms) > dayText(number)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('agrees with luxon in every zone, months and days later', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 2_500_000_000_000 }),
        fc.nat(200),
        fc.nat(400),
        (zone, ms, months, days) => {
          const local = new LocalDays(zone);
          const end = local.endOf(plusMonths(local.dayOf(ms), months) + days);
          const noon = DateTime.fromMillis(ms, { zone }).startOf('day').set({ hour: 12 });
          const theirs = noon.plus({ months, days: days + 1 }).startOf('day');
          // Where the first hour of a day comes twice, luxon names its second beginning.
          const doubled = theirs.toMillis() > end && DateTime.fromMillis(end, { zone }).toISODate() === theirs.toISODate();
          if (doubled) expect(theirs.toMillis() - end).toBeLessThanOrEqual(3 * 3_600_000);
          else expect(end).toBe(theirs.toMillis());
        },
      ),
      { numRuns: 400 },
    );
  });
});

it('the day of a moment is what luxon shows, also on the days when clocks change', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.nat(86_400_000), (zone, ms, more) => {
      const local = new LocalDays(zone);
      // The second one is answered from what was kept of the first, where both lie in one day of UTC.
      for (const at of [ms, ms + more]) expect(dayText(local.dayOf(at))).toBe(DateTime.fromMillis(at, { zone }).toISODate());
    }),
    { numRuns: 400 },
  );
});

it('on the days when clocks change, every moment has its own day', () => {
  // Paris goes back at 01:00 UTC, and midnight follows within the same day of UTC.
  const paris = new LocalDays('Europe/Paris');
  const shown = (text: string) => dayText(paris.dayOf(Date.parse(text)));
  expect([shown('2026-10-25T22:30:00Z'), shown('2026-10-25T23:00:00Z'), shown('2026-10-24T21:59:59Z')]).toEqual([
    '2026-10-25',
    '2026-10-26',
    '2026-10-24',
  ]);
  expect([shown('2026-03-29T21:59:59Z'), shown('2026-03-29T22:00:00Z'), shown('2026-03-29T00:00:00Z')]).toEqual([
    '2026-03-29',
    '2026-03-30',
    '2026-03-29',
  ]);
});

describe('the zone of this process', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  it.each(['America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Shanghai', 'UTC'])('%s changes nothing', (zone) => {
    process.env['TZ'] = zone;
    expect(new Date(2026, 0, 1).getTimezoneOffset() + DateTime.fromISO('2026-01-01', { zone }).offset).toBe(0);
    const local = new LocalDays('Asia/Shanghai');
    expect(dayText(local.dayOf(Date.parse('2026-08-31T16:30:00Z')))).toBe('2026-09-01');
    expect(iso(local.endOf(plusMonths(day('2026-08-31'), 6)))).toBe('2027-02-28T16:00:00.000Z');
    expect(dayText(plusMonths(day('2026-09-01'), 6))).toBe('2027-03-01');
    expect([dayNumber(1970, 1, 1), dayText(0), isWeekend(day('2026-10-10')), isWeekend(day('2026-10-12'))]).toEqual([
      0,
      '1970-01-01',
      true,
      false,
    ]);
  });
});

it('months clamp to the last day, for years on end', () => {
  fc.assert(
    fc.property(fc.integer({ min: -20_000, max: 60_000 }), fc.nat(1200), (number, months) => {
      const theirs = DateTime.fromISO(dayText(number), { zone: 'UTC' }).plus({ months });
      expect(dayText(plusMonths(number, months))).toBe(theirs.toISODate());
    }),
  );
});

it.each(['2027-02-29', '2027-13-01', '2027-2-1', '2027-02-00', '27-02-01', 'today', ''])('%j is no day', (text) =>
  expect(dayOfText(text)).toBeNaN(),
);

it('a name that is no zone is refused', () => {
  expect(() => new LocalDays('Asia/Peking2')).toThrow(RangeError);
  expect(new LocalDays('Asia/Shanghai').zone).toBe('Asia/Shanghai');
});
