/* Goal: of what comes again and again nothing is lost from the number, whatever could not be written and whatever came meanwhile. */
import { beforeEach, expect, it } from 'vitest';
import { type Fold, Folds } from './folds.ts';

let nowMs: number;
let folds: Folds<string>;

beforeEach(() => {
  nowMs = 100;
  folds = new Folds({ keysMax: 2, clock: { nowMs: () => nowMs } });
});

function come(...keys: string[]): void {
  for (const key of keys) {
    folds.count(key, key);
    nowMs += 1;
  }
}

const shown = (taken: readonly Fold<string>[]) => taken.map(({ key, times, sinceMs }) => [key, times, sinceMs]);

it('the first of a kind is told by who asks, later ones are counted from the first of them; too many kinds are one', () => {
  expect(folds.count('a', 'a').isFirst).toBe(true);
  come('a', 'a', 'b', 'c', 'd', 'b');
  expect(shown(folds.take())).toEqual([
    ['a', 2, 100],
    ['b', 1, 105],
    [null, 2, 103],
  ]);
});

it('what came too many is told once, and begins anew; a kind that was quiet for a turn is a first one again', () => {
  come('a', 'a', 'b', 'b', 'c');
  folds.take();
  come('c');
  expect(shown(folds.take())).toEqual([[null, 1, 105]]);
  expect(folds.count('c', 'c').isFirst).toBe(true);
});

it('what could not be written is told with what came meanwhile, since the first of all', () => {
  come('a', 'a', 'b', 'b', 'c');
  const taken = folds.take();
  come('a', 'c', 'c');
  folds.giveBack(taken);
  expect(shown(folds.take())).toEqual([
    ['a', 2, 101],
    ['b', 1, 103],
    [null, 3, 104],
  ]);
});

it('what could not be written is told later also where nothing came meanwhile', () => {
  come('a', 'a', 'b', 'b', 'c');
  const taken = folds.take();
  folds.take();
  folds.giveBack(taken);
  expect(shown(folds.take())).toEqual(shown(taken));
});
