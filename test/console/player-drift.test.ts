/*
 * Goal: three cameras stay in step for five minutes, from the first second on.
 * Method: films whose pictures carry their number, read back from a canvas once a second in Chromium. scripts/player-drift.ts does the same for half an hour.
 */
import { expect, it } from 'vitest';
import { browserOf, expectClean, useBrowser } from './support/browser.ts';
import { atShare, driftOf, SPREAD_MS_MAX } from './support/drift.ts';
import { numberedCase } from './support/numbered-card.ts';
import { station } from './support/own-station.ts';

useBrowser();

const MINUTES = 5;
/** Other tests have the same two cores, so some pictures come late; a film that jumped, or ran on by itself, would be further off. */
const SHARE = 0.95;
const LATE_MS_MAX = 500;

it('three cameras stay in step for five minutes', async () => {
  await numberedCase(station(), MINUTES * 60 + 30);
  const seen = await browserOf('auditor', { viewport: { width: 1280, height: 900 } });
  const drift = await driftOf(seen.page, MINUTES);
  const { spreads, late } = drift;
  console.log(
    `${spreads.length} samples, spread in ms: median ${atShare(drift, 0.5)}, p95 ${atShare(drift, 0.95)}, worst ${atShare(drift, 1)}`,
  );
  expect(spreads.length).toBeGreaterThan(MINUTES * 40);
  expect(atShare(drift, SHARE), late.join('; ')).toBeLessThanOrEqual(SPREAD_MS_MAX);
  expect(atShare(drift, 1), late.join('; ')).toBeLessThanOrEqual(LATE_MS_MAX);
  await expectClean(seen);
}, 900_000);
