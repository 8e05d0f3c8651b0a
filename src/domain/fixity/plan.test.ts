/*
 * Goal: a place is read once in its period, evenly, whatever the sizes and the times at which its files came, and whatever is set at the clock. Method: a round is
 * simulated on a virtual clock, the item that was checked longest ago first, over 10,000 items.
 */

import { describe, expect, it } from 'vitest';
import { forecast, isOverdue, stepMs, stopsHealing, waitMs } from './plan.ts';

const DAY_MS = 86_400_000;
const PERIOD_MS = 90 * DAY_MS;

/** Checks items in order for so long; by day, how many. `size` of item n. */
function simulate(count: number, size: (n: number) => number, days: number) {
  const items = Array.from({ length: count }, (_, n) => ({ bytes: size(n), checks: [] as number[] }));
  const holding = { items: count, bytes: items.reduce((sum, { bytes }) => sum + bytes, 0) };
  const byDay = new Array<number>(days).fill(0);
  let nowMs = 0;
  for (let at = 0; nowMs < days * DAY_MS; at += 1) {
    const item = items[at % count];
    if (!item) break;
    item.checks.push(nowMs);
    byDay[Math.floor(nowMs / DAY_MS)] = (byDay[Math.floor(nowMs / DAY_MS)] ?? 0) + item.bytes;
    nowMs += stepMs(item.bytes, holding, PERIOD_MS);
  }
  return { items, byDay, holding };
}

describe('the even step', () => {
  it.each([
    ['of one size', () => 100_000_000],
    ['of sizes from nothing to 2 GB', (n: number) => (n % 100) ** 2 * 200_000],
  ])('reads 10,000 items %s, taken in at once, each within the period and none in a flood', (_, size) => {
    const { items, byDay, holding } = simulate(10_000, size, 90);
    for (const { checks } of items) {
      expect(checks[0]).toBeLessThan(PERIOD_MS);
      expect(checks.length).toBeLessThanOrEqual(2);
    }
    const evenBytes = holding.bytes / 81;
    for (const bytes of byDay) expect(Math.abs(bytes - evenBytes) / evenBytes).toBeLessThan(0.1);
  });

  it('comes closer as more is there, and waits a period where nothing is', () => {
    const one = stepMs(1000, { items: 1, bytes: 1000 }, PERIOD_MS);
    expect(one).toBe(PERIOD_MS * 0.9);
    expect(stepMs(1000, { items: 2, bytes: 2000 }, PERIOD_MS)).toBe(one / 2);
    expect(stepMs(0, { items: 0, bytes: 0 }, PERIOD_MS)).toBe(PERIOD_MS);
  });
});

describe('what is overdue', () => {
  const pace = { bytes: 1000, holding: { items: 10, bytes: 10_000 }, periodMs: PERIOD_MS, nowMs: 10 * PERIOD_MS, clockIsSteady: true };
  const even = stepMs(1000, pace.holding, PERIOD_MS);

  it('waits for nothing but the bandwidth', () => {
    expect(waitMs({ ...pace, oldestMs: 9 * PERIOD_MS - 1 })).toBe(0);
    expect(waitMs({ ...pace, oldestMs: 9 * PERIOD_MS })).toBe(even);
    expect(waitMs({ ...pace, oldestMs: null })).toBe(even);
  });

  it('is not believed after the clock was set, and never of a check from the future', () => {
    expect(waitMs({ ...pace, oldestMs: 0, clockIsSteady: false })).toBe(even);
    expect(waitMs({ ...pace, oldestMs: 11 * PERIOD_MS })).toBe(even);
    expect(isOverdue(11 * PERIOD_MS, 10 * PERIOD_MS, PERIOD_MS)).toBe(false);
  });
});

it('a forecast says whether the bandwidth is enough', () => {
  const holding = { items: 1000, bytes: 1e12 };
  expect(forecast(holding, PERIOD_MS, 20_000_000)).toMatchObject({ roundMs: PERIOD_MS * 0.9, keepsPeriod: true });
  const slow = forecast(holding, PERIOD_MS, 100_000);
  expect(slow).toEqual({ roundMs: 1e10, bytesPerHour: 360_000_000, keepsPeriod: false });
  expect(forecast({ items: 0, bytes: 0 }, PERIOD_MS, 0)).toMatchObject({ bytesPerHour: 0, keepsPeriod: true });
});

it('healing stops above the limit, not at it', () => {
  expect([stopsHealing(3, 3), stopsHealing(4, 3), stopsHealing(1, 0)]).toEqual([false, true, true]);
});
