/*
 * Goal: the sample that a known file has to pass finds what docs/design.md ("Known") says that it finds, as often as it says.
 * Method: places are drawn with a seeded generator, and the differences are made by the test: runs, scattered blocks, single ones. No file is needed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#test/support/seeded-random';
import { byRecheckNeed, bySampleNeed, type Compared, fullSamplesMax, SAMPLE_BLOCKS, samplePositions } from './file-sample.ts';

const BLOCK = 4096;
const MEBIBYTE = 1024 * 1024;
const sizes = fc.integer({ min: 4 * MEBIBYTE + 1, max: 4 * 1024 * MEBIBYTE });
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Numbers of the blocks that one sample looks at. */
const look = (bytes: number, seed: number, blocks = SAMPLE_BLOCKS) =>
  samplePositions(bytes, blocks, seededRandom(seed)).map((position) => position / BLOCK);

describe('a sample', () => {
  it('is 256 whole blocks, one in each of as many equal parts, the last block of the file among those that may be chosen', () => {
    fc.assert(
      fc.property(sizes, seeds, (bytes, seed) => {
        const all = Math.ceil(bytes / BLOCK);
        const blocks = look(bytes, seed);
        expect(blocks).toHaveLength(256);
        for (const [part, block] of blocks.entries()) {
          expect(Number.isInteger(block)).toBe(true);
          expect(block).toBeGreaterThanOrEqual(Math.floor((part * all) / 256));
          expect(block).toBeLessThan(Math.floor(((part + 1) * all) / 256));
        }
      }),
    );
    const highest = samplePositions(5 * MEBIBYTE + 1, SAMPLE_BLOCKS, (below) => below - 1);
    expect(highest.at(-1)).toBe(5 * MEBIBYTE);
  });

  it('chooses every block of a file sooner or later, each about as often as any other', () => {
    const bytes = 6 * MEBIBYTE;
    const seen = new Map<number, number>();
    for (let seed = 1; seed <= 600; seed += 1) for (const block of look(bytes, seed)) seen.set(block, (seen.get(block) ?? 0) + 1);
    expect(seen.size).toBe(bytes / BLOCK);
    // One of six each time: 100 of 600.
    expect(Math.min(...seen.values())).toBeGreaterThan(55);
    expect(Math.max(...seen.values())).toBeLessThan(150);
  });

  it('always hits a run that is as long as two of its parts, wherever that lies: less than 0.8 % of a large file', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, seed, where) => {
        const all = Math.ceil(bytes / BLOCK);
        const length = 2 * Math.ceil(all / 256) - 1;
        const start = Math.floor(where * (all - length));
        expect(look(bytes, seed).some((block) => block >= start && block < start + length)).toBe(true);
      }),
    );
    const bytes = 1024 * MEBIBYTE;
    expect((2 * Math.ceil(bytes / BLOCK / 256)) / (bytes / BLOCK)).toBeLessThan(0.008);
  });

  it.each([
    { share: 0.005, missed: 0.2771 },
    { share: 0.01, missed: 0.0763 },
    { share: 0.02, missed: 0.0057 },
    { share: 0.05, missed: 2e-6 },
  ])('misses what is scattered over $share of the blocks with a probability of at most $missed', ({ share, missed }) => {
    const trials = 2000;
    let misses = 0;
    const bytes = 512 * MEBIBYTE;
    const all = bytes / BLOCK;
    for (let seed = 1; seed <= trials; seed += 1) {
      // Which blocks differ is drawn by the test: each by itself, so that no order of them helps the sample.
      const random = seededRandom(seed ^ 0x5eed);
      const differ = new Set<number>();
      while (differ.size < share * all) differ.add(random(all));
      if (!look(bytes, seed).some((block) => differ.has(block))) misses += 1;
    }
    const deviation = Math.sqrt((missed * (1 - missed)) / trials);
    expect(Math.abs(missed - (1 - share) ** 256)).toBeLessThan(0.0001);
    expect(misses / trials).toBeLessThan(missed + 4 * deviation + 0.001);
    // Where the difference is scattered evenly, no fewer are missed than the bound allows.
    expect(misses / trials).toBeGreaterThan(missed - 4 * deviation - 0.001);
  });

  it('of 16 blocks, where time is short, still hits a run of an eighth of the file', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, seed, where) => {
        const all = Math.ceil(bytes / BLOCK);
        const length = Math.ceil(all / 8) + 1;
        const start = Math.floor(where * (all - length));
        expect(look(bytes, seed, 16).some((block) => block >= start && block < start + length)).toBe(true);
      }),
    );
  });
});

describe('the time for samples', () => {
  const costs = { bytes: 32 * 1024 * MEBIBYTE, readBytes: 80 * MEBIBYTE, readMs: 1000, samples: 10, sampleMs: 3000 };

  it('is an eighth of the time that reading the files whole would take, and never less than five seconds', () => {
    // 32 GiB at 80 MiB/s are 409.6 s; an eighth of it is 51.2 s, and a sample takes 0.3 s.
    expect(fullSamplesMax(costs)).toBe(170);
    expect(fullSamplesMax({ ...costs, bytes: 100 * MEBIBYTE })).toBe(16);
    expect(fullSamplesMax({ ...costs, readBytes: 0, readMs: 0 })).toBe(16);
  });

  it('is not known before the first sample: that is a full one', () => {
    expect(fullSamplesMax({ ...costs, samples: 0, sampleMs: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('whose turn it is', () => {
  const at = (copiedAtMs: number, sampledAtMs: number | null, recheckedAtMs: number | null): Compared => ({
    copiedAtMs,
    sampledAtMs,
    recheckedAtMs,
    recheckedIn: recheckedAtMs === null ? null : 'dck-1',
  });

  it('for a full sample: what was never compared, newest first; then what was not compared the longest, by whichever way', () => {
    const order = [at(9, null, null), at(3, null, null), at(1, 10, null), at(2, null, 11), at(2, 5, 12), at(1, 13, 6)];
    expect([...order].reverse().sort(bySampleNeed)).toEqual(order);
  });

  it('to be compared whole: what was not read whole the longest; a sample does not count', () => {
    const order = [at(1, 99, null), at(2, null, null), at(1, null, 3), at(4, 50, 2)];
    expect([...order].reverse().sort(byRecheckNeed)).toEqual(order);
  });
});
