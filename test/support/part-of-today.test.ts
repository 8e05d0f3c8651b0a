/* Goal: what is tried by parts is tried whole in as many days, and never nothing. Method: the parts of days that follow each other. */
import { expect, it } from 'vitest';
import { partOfToday } from './part-of-today.ts';

const DAY_MS = 86_400_000;

it.skipIf(process.env['EVIDOCK_TEST_LONG'] !== undefined).each([
  [12, 4],
  [13, 4],
  [3, 4],
  [1, 3],
])('%i in %i parts', (count, parts) => {
  const all = Array.from({ length: count }, (_, n) => n);
  const days = Array.from({ length: parts }, (_, day) => partOfToday(all, parts, (20_000 + day) * DAY_MS));
  expect([...new Set(days.flat())].sort((a, b) => a - b)).toEqual(all);
  for (const part of days) expect(part.length).toBeGreaterThan(0);
});
