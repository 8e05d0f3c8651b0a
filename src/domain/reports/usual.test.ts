/*
 * Goal: what counts as unusual is stated and holds: outliers do not raise the limit, and nobody is unusual among equals.
 * Method: figures whose median and MAD are worked out by hand, and properties of any figures.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { median, usualMax } from './usual.ts';

it.each([
  [[], 0],
  [[7], 7],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the middle of %j is %d', (figures, middle) => {
  expect(median(figures)).toBe(middle);
});

it('is median + 3 · 1.4826 · MAD', () => {
  // Median 4; differences 3 2 1 0 1 2 96: their median is 2.
  expect(usualMax([1, 2, 3, 4, 5, 6, 100])).toBeCloseTo(4 + 3 * 1.4826 * 2);
});

it('does not move by one who looks at everything, and is no figure above the highest of equals', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { minLength: 5, maxLength: 50 }), fc.integer({ min: 1000, max: 1_000_000 }), (figures, huge) => {
      expect(usualMax([...figures, huge])).toBe(usualMax([...figures, 1000]));
    }),
  );
  fc.assert(fc.property(fc.nat(1000), fc.integer({ min: 1, max: 20 }), (each, times) => usualMax(Array(times).fill(each)) === each));
});
