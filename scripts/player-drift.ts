/**
 * Measures how far three cameras drift apart while they play for long, by the numbers in their pictures, in Chromium at a station of its own.
 * usage: node scripts/player-drift.ts [MINUTES]
 */
import { chromium } from 'playwright-core';
import { camerasOn, numberedCase, SYNC_CASE, spreadOf } from '../test/console/support/numbered-card.ts';
import { startConsoleStation } from '../test/console/support/station.ts';

const minutes = Number(process.argv[2] ?? 30);
const SAMPLE_MS = 1000;
/** Mark (issue of the console). */
const SPREAD_MS_MAX = 80;
/** All three film then. */
const FROM_S = 12;

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
  const page = await context.newPage();
  await page.goto(`/cases/${SYNC_CASE}?t=${FROM_S}`);
  await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await page.getByLabel('具体说明').fill('同步核查');
  await page.getByRole('button', { name: '确认并调阅' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].filter(({ readyState }) => readyState >= 2).length === 3);
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].every(({ currentTime }) => currentTime > 0));
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
  const sorted = spreads.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  console.log(
    `${minutes} min, ${spreads.length} samples, spread in ms: median ${at(0.5)}, p95 ${at(0.95)}, worst ${at(1)}; above ${SPREAD_MS_MAX}: ${late.length === 0 ? 'none' : late.join('; ')}`,
  );
  await browser.close();
} finally {
  await stop();
}
