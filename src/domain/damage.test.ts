import { expect, it } from 'vitest';
import { gapsReason } from './damage.ts';
import { english } from './reason.ts';

it('gaps are told file by file, and of many files only the first', () => {
  const whole = { cardPath: 'a.mp4', bytes: 9, gaps: [] };
  expect(gapsReason([whole])).toBeNull();
  const damaged = { cardPath: 'b.mp4', bytes: 8192, gaps: [{ start: 0, end: 4096 }] };
  const told = (originals: Parameters<typeof gapsReason>[0]) => {
    const reason = gapsReason(originals);
    return reason && english(reason);
  };
  expect(told([whole, damaged])).toBe('b.mp4: 4096 of 8192 bytes at 1 place could not be read from the recorder and are filled with zeros');
  expect(told([damaged, damaged])).toContain('; b.mp4');
  expect(told(Array.from({ length: 12 }, () => damaged))).toMatch(/; and 7 more files$/);
});
