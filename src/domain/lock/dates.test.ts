/*
 * Goal: a lock is never shorter than its term asks, never shortened, never beyond a maximum or ten years, and moves on in generations. Method: random terms and clocks,
 * and the limits by hand.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GENERATION_MS, isLockDate, type LockNeed, nextLockDate, nextLockLook } from './dates.ts';

const DAY_MS = 86_400_000;
const TEN_YEARS_MS = 3650 * DAY_MS;
const NOW_MS = Date.UTC(2026, 10, 27, 5, 0, 0, 123);
const given = { nowMs: NOW_MS, horizonMs: 400 * DAY_MS, furthestMs: 3649 * DAY_MS, lockedUntilMs: null };
const need = (more: Partial<LockNeed> = {}): LockNeed => ({ until: 'open', notAfterMs: null, hold: false, horizonDays: null, ...more });

describe('the date of a lock', () => {
  it('covers the term, in whole seconds, within ten years and within the maximum', () => {
    const times = fc.record({
      nowMs: fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2060, 0) }),
      aheadMs: fc.integer({ min: 1, max: 3649 * DAY_MS }),
      slackMs: fc.option(fc.integer({ min: 1000, max: 400 * DAY_MS })),
    });
    fc.assert(
      fc.property(times, ({ nowMs, aheadMs, slackMs }) => {
        const until = nowMs + aheadMs;
        const notAfterMs = slackMs === null ? null : until + slackMs;
        const date = nextLockDate(need({ until, notAfterMs }), { ...given, nowMs, furthestMs: TEN_YEARS_MS }) ?? Number.NaN;
        expect(date).toBeGreaterThanOrEqual(Math.min(until, nowMs + TEN_YEARS_MS) - 999);
        expect(date).toBeLessThanOrEqual(Math.max(until + 1000, Math.min(notAfterMs ?? Number.POSITIVE_INFINITY, until + GENERATION_MS)));
        expect(isLockDate(date, nowMs) || date <= nowMs).toBe(true);
      }),
    );
  });

  it('never falls: what is there is left, or a later date is set', () => {
    const cases = fc.record({
      until: fc.option(fc.integer({ min: -100, max: 5000 }), { nil: 'open' as const }),
      lockedDays: fc.integer({ min: -100, max: 3649 }),
      furthestDays: fc.integer({ min: 40, max: 3649 }),
    });
    fc.assert(
      fc.property(cases, ({ until, lockedDays, furthestDays }) => {
        const lockedUntilMs = NOW_MS + lockedDays * DAY_MS;
        const asked = need({ until: until === 'open' ? until : NOW_MS + until * DAY_MS });
        const date = nextLockDate(asked, { ...given, furthestMs: furthestDays * DAY_MS, lockedUntilMs });
        if (date !== null) expect(date).toBeGreaterThan(lockedUntilMs);
      }),
    );
  });

  it('is not set again where it could not be later, as at the furthest that a storage takes', () => {
    const furthest = need({ until: NOW_MS + given.furthestMs });
    const lockedUntilMs = nextLockDate(furthest, given);
    expect(lockedUntilMs).toBeLessThan(NOW_MS + given.furthestMs);
    expect(nextLockDate(furthest, { ...given, lockedUntilMs })).toBeNull();
  });

  it('of a term without end never ends between two looks, however short the horizon is', () => {
    for (let horizonDays = 1; horizonDays <= 70; horizonDays += 1) {
      let lockedUntilMs: number | null = null;
      let nowMs = NOW_MS;
      while (nowMs < NOW_MS + 400 * DAY_MS) {
        lockedUntilMs = nextLockDate(need(), { ...given, nowMs, horizonMs: horizonDays * DAY_MS, lockedUntilMs }) ?? lockedUntilMs;
        nowMs = nextLockLook({ nowMs, lockedUntilMs });
        expect(lockedUntilMs, `${horizonDays} days`).toBeGreaterThanOrEqual(nowMs);
      }
    }
  });

  it('of a term without end moves on with the clock, once in a generation at most, and is never less than a generation short', () => {
    let lockedUntilMs: number | null = null;
    let sets = 0;
    for (let day = 0; day < 2000; day += 1) {
      const nowMs = NOW_MS + day * DAY_MS;
      const date = nextLockDate(need(), { ...given, nowMs, lockedUntilMs });
      if (date !== null) {
        sets += 1;
        lockedUntilMs = date;
        expect(date % GENERATION_MS).toBe(0);
      }
      expect(lockedUntilMs).toBeGreaterThan(nowMs + 369 * DAY_MS);
    }
    // A generation of slack, so most months need no request.
    expect(sets).toBeLessThan(50);
    expect(sets).toBeGreaterThan(30);
  });

  it('is none for a term that is over, and for a storage that keeps short dates as far ahead as it can', () => {
    expect(nextLockDate(need({ until: NOW_MS }), given)).toBeNull();
    const short = nextLockDate(need(), { ...given, furthestMs: 100 * DAY_MS }) ?? Number.NaN;
    expect(short).toBeGreaterThan(NOW_MS + 70 * DAY_MS);
    expect(short).toBeLessThanOrEqual(NOW_MS + 100 * DAY_MS);
    const century = nextLockDate(need({ until: Date.UTC(2126, 0) }), { ...given, furthestMs: 200 * 366 * DAY_MS }) ?? Number.NaN;
    expect(century).toBeLessThanOrEqual(NOW_MS + TEN_YEARS_MS);
  });

  it('is given to a storage only if it lies ahead, within ten years, in whole seconds', () => {
    const soonMs = Math.ceil(NOW_MS / 1000) * 1000;
    expect(isLockDate(soonMs, NOW_MS)).toBe(true);
    for (const wrong of [soonMs + 1, NOW_MS - 123, Date.UTC(2106, 1, 8), Number.NaN, Number.POSITIVE_INFINITY, soonMs + TEN_YEARS_MS])
      expect(isLockDate(wrong, NOW_MS)).toBe(false);
  });

  it('is looked at again before it ends, and within a generation', () => {
    expect(nextLockLook({ nowMs: 0, lockedUntilMs: null })).toBe(GENERATION_MS);
    expect(nextLockLook({ nowMs: 0, lockedUntilMs: 40 * DAY_MS })).toBe(10 * DAY_MS);
    expect(nextLockLook({ nowMs: 0, lockedUntilMs: 5 * DAY_MS })).toBe(DAY_MS);
    expect(nextLockLook({ nowMs: 0, lockedUntilMs: 400 * DAY_MS })).toBe(GENERATION_MS);
  });
});
