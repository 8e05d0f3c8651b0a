/**
 * Measures how far three cameras drift apart while they play for long, by the numbers in their pictures, in Chromium at a station of its own.
 * usage: node scripts/player-drift.ts [MINUTES]
 */
import { chromium } from 'playwright-core';
import { atShare, driftOf, SPREAD_MS_MAX } from '../test/console/support/drift.ts';
import { numberedCase } from '../test/console/support/numbered-card.ts';
import { startConsoleStation } from '../test/console/support/station.ts';

const minutes = Number(process.argv[2] ?? 30);

const { station, stop } = await startConsoleStation();
try {
  await numberedCase(station, minutes * 60 + 30);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'],
  });
  const context = await browser.newContext({ baseURL: station.address, viewport: { width: 1280, height: 900 } });
  const account = { account: 'demo-auditor', password: station.passwords.auditor };
  await context.request.post('/api/v1/session', { data: account, headers: { origin: station.address } });
  const drift = await driftOf(await context.newPage(), minutes);
  const { spreads, late } = drift;
  console.log(
    `${minutes} min, ${spreads.length} samples, spread in ms: median ${atShare(drift, 0.5)}, p95 ${atShare(drift, 0.95)}, worst ${atShare(drift, 1)}; above ${SPREAD_MS_MAX}: ${late.length === 0 ? 'none' : late.join('; ')}`,
  );
  await browser.close();
} finally {
  await stop();
}
