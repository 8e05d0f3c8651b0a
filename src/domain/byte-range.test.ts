import { describe, expect, it } from 'vitest';
import { appendRange, type ByteRange, bytesOfRanges, gapWords } from './byte-range.ts';

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

  it('are told in words, file by file', () => {
    const whole = { cardPath: 'a.mp4', bytes: 9, gaps: [] };
    expect(gapWords([whole])).toBeNull();
    const damaged = { cardPath: 'b.mp4', bytes: 8192, gaps: [{ start: 0, end: 4096 }] };
    expect(gapWords([whole, damaged])).toBe(
      'b.mp4: 4096 of 8192 bytes at 1 place could not be read from the recorder and are filled with zeros',
    );
    expect(gapWords([damaged, damaged])).toContain('; b.mp4');
    expect(gapWords(Array.from({ length: 12 }, () => damaged))).toMatch(/; and 7 more files$/);
  });
});
