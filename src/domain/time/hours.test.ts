import { describe, expect, it } from 'vitest';
import { hoursOf } from './hours.ts';

const at = (text: string) => Date.parse(text);

describe('hours', () => {
  it('is always open without a window', () => {
    expect(hoursOf('', 'Asia/Shanghai').isOpen(0)).toBe(true);
    expect(hoursOf('', 'Asia/Shanghai').nextCloseMs(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('runs over midnight in local time', () => {
    const night = hoursOf('20:00-06:00', 'Asia/Shanghai');
    expect(night.isOpen(at('2026-06-20T19:59:59+08:00'))).toBe(false);
    expect(night.isOpen(at('2026-06-20T20:00:00+08:00'))).toBe(true);
    expect(night.isOpen(at('2026-06-21T05:59:59+08:00'))).toBe(true);
    expect(night.isOpen(at('2026-06-21T06:00:00+08:00'))).toBe(false);
    expect(night.nextOpenMs(at('2026-06-21T07:00:00+08:00'))).toBe(at('2026-06-21T20:00:00+08:00'));
    expect(night.nextCloseMs(at('2026-06-20T23:00:00+08:00'))).toBe(at('2026-06-21T06:00:00+08:00'));
  });

  it('runs within a day', () => {
    const noon = hoursOf('11:30-13:00', 'UTC');
    expect([11, 12, 13].map((hour) => noon.isOpen(at(`2026-06-20T${hour}:29:00Z`)))).toEqual([false, true, false]);
  });

  it('keeps the wall clock where summer time begins (Berlin, 29 March 2026, 02:00 to 03:00)', () => {
    const night = hoursOf('22:00-04:00', 'Europe/Berlin');
    expect(night.nextCloseMs(at('2026-03-28T23:00:00+01:00'))).toBe(at('2026-03-29T04:00:00+02:00'));
  });
});
