import { describe, expect, it } from 'vitest';
import { appendRange, type ByteRange, bytesOfRanges } from './byte-range.ts';

describe('ranges of bytes', () => {
  it('are joined where they touch, and only there', () => {
    const ranges: ByteRange[] = [];
    for (const [start, end] of [
      [0, 4],
      [4, 8],
      [12, 16],
    ] as const)
      appendRange(ranges, { start, end });
    expect(ranges).toEqual([
      { start: 0, end: 8 },
      { start: 12, end: 16 },
    ]);
    expect(bytesOfRanges(ranges)).toBe(12);
  });
});
