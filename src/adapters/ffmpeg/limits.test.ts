/* Shows: the limits of a media process follow from bytes and frames. So a small file stays cheap, and an honest long one is finished. */
import { describe, expect, it } from 'vitest';
import { allowedMs, outputBytesAllowed } from './limits.ts';

const MINUTE = 60_000;
const MIB = 1024 * 1024;

describe('limits', () => {
  it('give 12 MB minutes, not hours, however long it claims to be', () => {
    expect(allowedMs({ timeLimitMs: 10 * MINUTE }, 12 * MIB, 0)).toBe(10 * MINUTE + 192_000);
    expect(outputBytesAllowed({ outputBytesMax: 16 * 1024 * MIB }, 12 * MIB)).toBe(352 * MIB);
  });

  it('let honest work end: eight hours of 1080p at 8 Mbit/s on a machine that needs ten times their length', () => {
    const bytes = 8 * 3600 * 1_000_000;
    const megapixels = 8 * 3600 * 30 * 0.92;
    expect(allowedMs({ timeLimitMs: 10 * MINUTE }, bytes, megapixels)).toBeGreaterThan(80 * 60 * MINUTE);
  });

  it('let speech of the lowest rate grow, and stop at what is configured', () => {
    const amr = (4750 / 8) * 12 * 3600;
    expect(outputBytesAllowed({ outputBytesMax: 16 * 1024 * MIB }, amr)).toBeGreaterThan((48_000 / 8) * 12 * 3600);
    expect(outputBytesAllowed({ outputBytesMax: 5 * MIB }, 100 * MIB)).toBe(5 * MIB);
  });
});
