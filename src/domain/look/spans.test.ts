/* Goal: spans hold all that was added, ordered and apart, and never more of them than allowed. Method: compared with a set of every single number. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spans } from './spans.ts';

const SPAN = fc.tuple(fc.nat(200), fc.nat(12));

describe('Spans', () => {
  it('holds exactly what was added as long as there are few', () => {
    fc.assert(
      fc.property(fc.array(SPAN, { maxLength: 40 }), (added) => {
        const spans = new Spans(1000);
        const single = new Set<number>();
        for (const [start, length] of added) {
          spans.add(start, start + length);
          for (let each = start; each < start + length; each += 1) single.add(each);
        }
        const held = spans.all.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, n) => start + n));
        expect(held).toEqual([...single].sort((a, b) => a - b));
        // Apart: neighbours that touch are one.
        expect(spans.all.every(({ start }, at) => at === 0 || start > (spans.all[at - 1]?.end ?? 0))).toBe(true);
        expect(spans.joined).toBe(0);
      }),
    );
  });

  it('is never longer than allowed, loses nothing, and tells at most how much was joined', () => {
    fc.assert(
      fc.property(fc.array(SPAN, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (added, max) => {
        const spans = new Spans(max);
        const single = new Set<number>();
        for (const [start, length] of added) {
          spans.add(start, start + length);
          for (let each = start; each < start + length; each += 1) single.add(each);
          expect(spans.all.length).toBeLessThanOrEqual(max);
        }
        for (const each of single) expect(spans.all.some(({ start, end }) => start <= each && each < end)).toBe(true);
        const held = spans.all.reduce((sum, { start, end }) => sum + end - start, 0);
        expect(held - single.size).toBeLessThanOrEqual(spans.joined);
      }),
    );
  });

  it('joins where the gap is smallest, and takes no span that is empty or no number', () => {
    const spans = new Spans(2);
    spans.add(0, 10);
    spans.add(50, 60);
    spans.add(13, 20);
    expect(spans.all).toEqual([
      { start: 0, end: 20 },
      { start: 50, end: 60 },
    ]);
    expect(spans.joined).toBe(3);
    for (const [start, end] of [
      [5, 5],
      [9, 3],
      [Number.NaN, 4],
      [4, Number.NaN],
    ] as const)
      spans.add(start, end);
    expect(spans.all).toHaveLength(2);
  });
});
