/* Goal: whatever is not tried every day is tried whole in as many days, and never nothing. Method: the parts and turns of days that follow each other. */
import { expect, it } from 'vitest';
import { partOfToday } from './part-of-today.ts';
import { TURNS, turnOf } from './turns.ts';

const DAY_MS = 86_400_000;
const SOME_DAY = 20_000;

it.skipIf(process.env['EVIDOCK_TEST_LONG'] !== undefined).each([
  [12, 4],
  [13, 4],
  [12, 6],
  [3, 4],
  [1, 3],
])('%i in %i parts, in whichever turn the file is', (count, parts) => {
  const all = Array.from({ length: count }, (_, n) => n);
  for (const turn of TURNS.keys()) {
    const days = Array.from({ length: parts * TURNS.length }, (_, day) => (SOME_DAY + day) * DAY_MS).filter((ms) => turnOf(ms) === turn);
    const tried = days.map((ms) => partOfToday(all, parts, ms));
    expect([...new Set(tried.flat())].sort((a, b) => a - b)).toEqual(all);
    for (const part of tried) expect(part.length).toBeGreaterThan(0);
  }
});

it('has every file in one turn, and every turn within four days', () => {
  expect(new Set(TURNS.flat()).size).toBe(TURNS.flat().length);
  expect([0, 1, 2, 3].map((day) => turnOf((SOME_DAY + day) * DAY_MS)).sort()).toEqual([0, 1, 2, 3]);
});
