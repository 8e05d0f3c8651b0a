import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToFree, usedPercent } from './space.ts';

describe('water marks', () => {
  it('free nothing up to the high one, and above it down to the low one', () => {
    const marks = { high: 90, low: 80 };
    expect(bytesToFree({ totalBytes: 1000, freeBytes: 100 }, marks)).toBe(0);
    expect(bytesToFree({ totalBytes: 1000, freeBytes: 99 }, marks)).toBe(101);
    expect(bytesToFree({ totalBytes: 1000, freeBytes: 0 }, marks)).toBe(200);
    expect(bytesToFree({ totalBytes: 0, freeBytes: 0 }, marks)).toBe(0);
  });

  it('hold for any vault: what is freed ends at the low mark', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(10_000),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (used, free, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const space = { totalBytes: used + free, freeBytes: free };
          const bytes = bytesToFree(space, { high, low });
          if (100 * used <= high * (used + free)) expect(bytes).toBe(0);
          else {
            const after = { ...space, freeBytes: free + bytes };
            expect(usedPercent(after)).toBeLessThanOrEqual(low + 1e-9 + (used + free === 0 ? 100 : 0));
            expect(bytes).toBeLessThanOrEqual(used);
          }
        },
      ),
    );
  });
});
