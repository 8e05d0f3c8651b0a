import type { Page } from 'playwright-core';
import { ALL_FILM, camerasOn, SYNC_CASE, spreadOf } from './numbered-card.ts';

const SAMPLE_MS = 1000;

/** Mark of the console's issue, ms. A picture stands for 33 or 40 ms, so cameras that are exactly in step are up to 40 ms apart by their pictures. */
export const SPREAD_MS_MAX = 80;

interface Drift {
  /** ms, the least first. */
  readonly spreads: readonly number[];
  /** When cameras were further apart than the mark, and what each showed. */
  readonly late: readonly string[];
}

/** Plays the case of three cameras, from the moment at which all of them film, as an auditor who is signed in on this page, and looks once a second how far apart they are. */
export async function driftOf(page: Page, minutes: number): Promise<Drift> {
  await page.goto(`/cases/${SYNC_CASE}?t=${encodeURIComponent(ALL_FILM)}`);
  await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await page.getByLabel('具体说明').fill('同步核查');
  await page.getByRole('button', { name: '确认并调阅' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].filter(({ readyState }) => readyState >= 2).length === 3);
  const before = await page.evaluate(() => [...document.querySelectorAll('video')].map(({ currentTime }) => currentTime));
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await page.waitForFunction(
    (at) => [...document.querySelectorAll('video')].every(({ currentTime }, n) => currentTime > (at[n] ?? 0)),
    before,
  );
  const spreads: number[] = [];
  const late: string[] = [];
  const beganMs = Date.now();
  while (Date.now() < beganMs + minutes * 60_000) {
    const cameras = await camerasOn(page);
    const spread = spreadOf(cameras);
    spreads.push(spread);
    const shown = cameras.map(({ serial, number, atS }) => `${serial} ${number} at ${atS.toFixed(2)}`).join(', ');
    if (spread > SPREAD_MS_MAX) late.push(`${((Date.now() - beganMs) / 1000).toFixed(1)} s: ${Math.round(spread)} (${shown})`);
    await page.waitForTimeout(SAMPLE_MS);
  }
  return { spreads: spreads.toSorted((one, other) => one - other), late };
}

/** The spread that a share of the samples does not go over, ms. */
export function atShare({ spreads }: Drift, share: number): number {
  return Math.round(spreads[Math.min(spreads.length - 1, Math.floor(spreads.length * share))] ?? 0);
}
