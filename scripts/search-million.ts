import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { STATION_ID } from '#test/support/builders';
import { loadLedger } from '../bench/ledger-load.ts';
import { control, endStation, runStation } from '../test/console/support/running-station.ts';
import { buildPages } from '../test/console/support/station.ts';

const recordings = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 15;
const PASSWORD = 'willow kettle auditor stamp';

const home = await mkdtemp(join(tmpdir(), 'evidock-search-'));
const state = join(home, 's');
await mkdir(join(home, 'dock'), { recursive: true });
await mkdir(join(state, 'ledger'), { recursive: true });
await buildPages();
const loaded = await loadLedger(join(state, 'ledger/ledger.sqlite'), {
  recordings,
  cases: Math.max(100, recordings / 20),
  officers: 2000,
  units: 40,
  recorders: 400,
});
const { child, address } = await runStation(state, {
  EVIDOCK_STATION_ID: STATION_ID,
  // No copy of this ledger is anywhere.
  EVIDOCK_SCRUB_ON: 'false',
  EVIDOCK_DOCK_WATCH: join(home, 'dock'),
});
try {
  await control(state, 'POST', '/users', { account: 'auditor', name: '陈立新', roles: ['auditor'] });
  await control(state, 'PUT', '/accounts/auditor/password', { password: PASSWORD });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext({ baseURL: address });
  const origin = { origin: address };
  await context.request.post('/api/v1/session', { data: { account: 'auditor', password: PASSWORD }, headers: origin });
  const page = await context.newPage();
  const [suggested, found]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const number = loaded.caseSample[Math.floor((loaded.caseSample.length * round) / ROUNDS)] ?? '';
    await page.goto('/search');
    const field = page.getByRole('combobox', { name: '案号' });
    await field.fill(number.slice(0, -1));
    suggested.push(await timeTo(page, "[role='option']", () => page.keyboard.type(number.slice(-1))));
    await page.keyboard.press('Escape');
    found.push(await timeTo(page, "a[href^='/recordings/rec-']", () => page.keyboard.press('Enter')));
  }
  console.log(
    `${recordings} recordings, to the picture, ms: cases that begin so ${said(suggested)}; recordings of the case ${said(found)}`,
  );
  await browser.close();
} finally {
  await endStation(child);
  await rm(home, { recursive: true, force: true });
}

/** From a deed until what it leads to was painted, ms, by the clock of the page. */
async function timeTo(page: Page, selector: string, deed: () => Promise<void>): Promise<number> {
  const painted = page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        let beganMs = 0;
        addEventListener('keydown', () => (beganMs ||= performance.now()), { capture: true, once: true });
        const look = () => {
          // Of cases the one whose number was typed: those of before it was whole are more.
          const shown = [...document.querySelectorAll(wanted)].filter((each) => each.checkVisibility());
          if (beganMs > 0 && (wanted.startsWith('a') ? shown.length > 0 : shown.length === 1)) resolve(performance.now() - beganMs);
          else requestAnimationFrame(look);
        };
        look();
      }),
    selector,
  );
  await deed();
  return painted;
}

function said(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  return `median ${Math.round(sorted[sorted.length >> 1] ?? 0)}, worst ${Math.round(sorted.at(-1) ?? 0)}`;
}
