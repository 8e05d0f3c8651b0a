/*
 * Goal: numbers that are on no record are found between two files of one counter, and a counter that runs out, is set back or gives a number twice is no gap. Method: rows of
 * files by hand.
 */
import { expect, it } from 'vitest';
import { CardNumbers } from './completeness.ts';

/** The gaps among files with these numbers, in this order: `first-last`. */
function gapsOf(numbers: readonly number[], gapsMax?: number): readonly string[] {
  const found = new CardNumbers(gapsMax);
  for (const [at, sequence] of numbers.entries()) {
    const take = { sequence, sequenceMax: 9999, contiguousMs: 2000, durationMs: null, containerMs: null };
    found.next({ recordingId: `rec-${at}`, kind: 'video', take, dockedMs: at, held: true });
  }
  return found.gaps.map(({ first, last }) => `${first}-${last}`);
}

it.each<readonly [string, readonly number[], readonly string[]]>([
  ['none', [1, 2, 3], []],
  ['between two files', [1, 4, 5], ['0002-0003']],
  ['over the end of the counter', [9998, 3], ['9999-0002']],
  ['not where the counter runs out', [9999, 1], []],
  ['not where the counter is set back', [812, 1, 2], []],
  ['not where a number comes twice', [7, 7, 8], []],
])('%s', (_, numbers, gaps) => expect(gapsOf(numbers)).toEqual(gaps));

it('are told up to a bound, where there is one', () => {
  const numbers = Array.from({ length: 150 }, (_, n) => 1 + n * 2);
  expect([gapsOf(numbers).length, gapsOf(numbers, Number.POSITIVE_INFINITY).length]).toEqual([100, 149]);
});
