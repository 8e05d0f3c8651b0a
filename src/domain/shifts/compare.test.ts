/* Goal: a file of shifts adds, changes and removes exactly what it should, on its days alone. Method: an oracle over random files; days in a zone with summer time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dateIn } from '#domain/time/calendar-date';
import { isCovered, shiftChanges } from './compare.ts';
import { type Shift, shiftId } from './shift.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 5, 20);
const ZONE = 'Asia/Shanghai';

it('makes of what is on record what the file says', () => {
  const one = fc.record({
    officer: fc.constantFrom('a', 'b', 'c'),
    day: fc.integer({ min: 0, max: 6 }),
    hours: fc.integer({ min: 1, max: 9 }),
  });
  const of = fc.uniqueArray(one, { selector: ({ officer, day }) => `${officer}${day}`, maxLength: 12 });
  fc.assert(
    fc.property(of, of, fc.boolean(), (before, file, whole) => {
      const times = ({ officer, day, hours }: (typeof before)[number]) => {
        const startMs = T0 + day * DAY;
        return { officer, startMs, endMs: startMs + hours * HOUR };
      };
      const known = before.map((each): Shift => ({ ...times(each), id: shiftId(each.officer, T0 + each.day * DAY), setAtMs: 1 }));
      const changes = shiftChanges(
        file.map((each, line) => ({ line, ...times(each) })),
        known,
        { zone: ZONE, whole, nowMs: 2 },
      );
      const after = new Map(known.map((shift) => [shift.id, shift.endMs]));
      for (const { id } of changes.removed) expect(after.delete(id)).toBe(true);
      for (const shift of changes.added) expect(after.has(shift.id)).toBe(false);
      for (const shift of changes.changed) expect(after.get(shift.id)).toBe(shift.formerEndMs);
      for (const { id, endMs } of [...changes.added, ...changes.changed]) after.set(id, endMs);
      const days = file.map(({ day }) => day);
      const stays = ({ officer, day }: (typeof before)[number]) =>
        !file.some((each) => each.officer === officer && each.day === day) &&
        (day < Math.min(...days) || day > Math.max(...days) || !(whole || file.some((each) => each.officer === officer)));
      const wanted = [...before.filter(stays), ...file].map((each) => [shiftId(each.officer, T0 + each.day * DAY), times(each).endMs]);
      expect([...after].toSorted()).toEqual(wanted.toSorted());
      expect(changes.same + changes.added.length + changes.changed.length).toBe(file.length);
    }),
  );
});

it('covers whole local days, also where a day has 23 or 25 hours', () => {
  const zone = 'America/New_York';
  // 2026-03-08 begins at 05:00 UTC and ends at 04:00 UTC.
  const covers = isCovered([{ line: 1, officer: 'a', startMs: Date.UTC(2026, 2, 8, 12), endMs: 0 }], zone);
  expect([Date.UTC(2026, 2, 8, 5) - 1, Date.UTC(2026, 2, 8, 5), Date.UTC(2026, 2, 9, 4) - 1, Date.UTC(2026, 2, 9, 4)].map(covers)).toEqual([
    ...[false, true, true, false],
  ]);
  expect(dateIn(Date.UTC(2026, 2, 9, 4), zone)).toBe('2026-03-09');
  expect(isCovered([], zone)(T0)).toBe(false);
});
