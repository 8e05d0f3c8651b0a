/*
 * Goal: a wall clock that is set is found, by one step or by many small ones, and one that NTP slews or that slept with its machine is not.
 * Method: two clocks as numbers, and random walks of which the test knows what was done to them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockCourse, EARLIEST_MS, judgeStart, kindAt } from './clock-state.ts';

const LIMIT = 300_000;
const DAY = 86_400_000;
const WALL = Date.parse('2026-06-20T08:00:00Z');
const course = () => new ClockCourse({ wallMs: WALL, bootMs: 5000 }, { limitMs: LIMIT });
const at = (passedMs: number, offMs = 0) => ({ wallMs: WALL + passedMs + offMs, bootMs: 5000 + passedMs });

describe('a station that runs', () => {
  it('finds a clock that went back or jumped, once, and goes on from there', () => {
    const clock = course();
    expect(clock.follow(at(1000))).toBeNull();
    expect(clock.follow(at(2000, -3_600_000))).toEqual({ kind: 'went-back', byMs: 3_600_000, seenAtMs: WALL + 2000 - 3_600_000 });
    expect(clock.follow(at(3000, -3_600_000))).toBeNull();
    // It is set right again: that is a step too.
    expect(clock.follow(at(4000))).toEqual({ kind: 'jumped', byMs: 3_600_000, seenAtMs: WALL + 4000 });
    expect(clock.follow(at(5000))).toBeNull();
  });

  it('lets a step up to the limit be, and finds one of a millisecond more', () => {
    for (const sign of [1, -1]) {
      expect(course().follow(at(0, sign * LIMIT))).toBeNull();
      expect(course().follow(at(0, sign * (LIMIT + 1)))).toMatchObject({ kind: sign < 0 ? 'went-back' : 'jumped', byMs: LIMIT + 1 });
    }
  });

  it('finds small steps that add up', () => {
    const clock = course();
    const found = Array.from({ length: 10 }, (_, n) => clock.follow(at(n * 1000, -60_000 * (n + 1))));
    expect(found.findIndex((each) => each !== null)).toBe(5);
  });

  it('is not misled by a clock that is slewed for months, nor by sleep, which passes on both', () => {
    const clock = course();
    for (let hour = 1; hour <= 24 * 90; hour += 1) expect(clock.follow(at(hour * 3_600_000, hour * 3_600_000 * 499e-6))).toBeNull();
    expect(course().follow(at(60 * DAY))).toBeNull();
  });

  it('finds whatever was set by more than the limit, and nothing else, in any order', () => {
    const step = fc.oneof(
      fc.record({ passedMs: fc.integer({ min: 0, max: DAY }), setMs: fc.constant(0) }),
      fc.record({ passedMs: fc.integer({ min: 0, max: 10_000 }), setMs: fc.integer({ min: -10 * DAY, max: 10 * DAY }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const clock = course();
        let [passed, off, open] = [0, 0, 0];
        for (const { passedMs, setMs } of steps) {
          passed += passedMs;
          off += setMs;
          open += setMs;
          const found = clock.follow(at(passed, off));
          // What is below the limit may be forgotten as slewed: at most 500 ppm of the time.
          if (Math.abs(open) > LIMIT && Math.abs(open) - passed * 500e-6 > LIMIT) expect(found).not.toBeNull();
          if (Math.abs(open) + passed * 500e-6 <= LIMIT) expect(found).toBeNull();
          if (found) open = 0;
        }
      }),
    );
  });
});

describe('a start', () => {
  const start = (wallMs: number, newestMs: number | null) => judgeStart(wallMs, newestMs, { awayMs: 7 * DAY });

  it('may not be earlier than what is on record, by however little', () => {
    expect(start(WALL, WALL)).toBeNull();
    expect(start(WALL - 1, WALL)).toEqual({ kind: 'went-back', byMs: 1, seenAtMs: WALL - 1 });
  });

  it('may not be later than a station is ever away', () => {
    expect(start(WALL + 7 * DAY, WALL)).toBeNull();
    expect(start(WALL + 7 * DAY + 1, WALL)).toMatchObject({ kind: 'jumped', byMs: 7 * DAY + 1 });
  });

  it('may not be earlier than the software, also where nothing is on record', () => {
    expect(start(EARLIEST_MS, null)).toBeNull();
    expect(start(0, null)).toMatchObject({ kind: 'went-back', byMs: EARLIEST_MS });
    // Times on record that cannot be say nothing against that.
    expect(start(1000, 0)).toMatchObject({ kind: 'went-back' });
  });
});

it('tells of each entry how the clock stood when it was written', () => {
  const turns = [
    { seq: 10, kind: 'went-back' as const },
    { seq: 12, kind: 'jumped' as const },
    { seq: 20, kind: 'steady' as const },
  ];
  expect([9, 10, 11, 12, 19, 20, 99].map((seq) => kindAt(turns, seq))).toEqual([
    ...['steady', 'went-back', 'went-back', 'jumped', 'jumped', 'steady', 'steady'],
  ]);
});
