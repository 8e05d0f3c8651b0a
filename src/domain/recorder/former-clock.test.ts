/*
 * Goal: a file gets the offset of the clock that it took its time from, as far as its time can tell which one that was.
 */
import { describe, expect, it } from 'vitest';
import { offsetOfClaim } from './former-clock.ts';

const HOUR_MS = 3600_000;
const at = (clock: string) => Date.parse(`2026-06-20T${clock}Z`);
const setAtMs = at('12:00:00');
const nowMs = at('18:00:00');

describe('the offset of a claimed time', () => {
  it('is that of now where no clock was set', () => {
    expect(offsetOfClaim(at('09:00:00'), { former: [], offsetMs: 5000, nowMs })).toBe(5000);
    expect(offsetOfClaim(at('09:00:00'), { former: [], offsetMs: null, nowMs })).toBeNull();
  });

  it.each([
    ['09:00:00', HOUR_MS],
    ['11:00:00', HOUR_MS],
    ['11:00:01', 0],
    ['12:00:00', 0],
    ['17:00:00', 0],
    ['19:30:00', 0],
  ])('of a clock that was an hour behind at noon: %s', (clock, offset) => {
    expect(offsetOfClaim(at(clock), { former: [{ setAtMs, offsetMs: HOUR_MS }], offsetMs: 0, nowMs })).toBe(offset);
  });

  it.each([
    ['09:00:00', -HOUR_MS],
    ['11:59:59', -HOUR_MS],
    ['12:00:00', 0],
    ['12:30:00', 0],
    ['17:00:00', 0],
    ['18:30:00', -HOUR_MS],
  ])('of a clock that was an hour ahead at noon: %s', (clock, offset) => {
    expect(offsetOfClaim(at(clock), { former: [{ setAtMs, offsetMs: -HOUR_MS }], offsetMs: 0, nowMs })).toBe(offset);
  });

  it('does not change where the command was not obeyed: the recorder may well say a later time than the station', () => {
    const clocks = { former: [{ setAtMs, offsetMs: -HOUR_MS }], offsetMs: -HOUR_MS - 1000, nowMs };
    const offsets = ['09:00:00', '12:30:00', '18:30:00'].map((clock) => offsetOfClaim(at(clock), clocks));
    expect(offsets).toEqual([-HOUR_MS, -HOUR_MS - 1000, -HOUR_MS - 1000]);
  });

  it('is that of the first of several clocks that can have said it', () => {
    const former = [
      { setAtMs: at('10:00:00'), offsetMs: 2 * HOUR_MS },
      { setAtMs, offsetMs: HOUR_MS },
    ];
    const offsets = ['07:00:00', '10:30:00', '13:00:00'].map((clock) => offsetOfClaim(at(clock), { former, offsetMs: null, nowMs }));
    expect(offsets).toEqual([2 * HOUR_MS, HOUR_MS, null]);
  });
});
