/*
 * Goal: whoever stands before the screen at the slots sees from afar what is so, never something that is not so any more, and does in three touches what an officer has to do there.
 * Method: Chromium on a station of this file alone, which is held up, stopped and given 64 slots; cards are docked in its directory, badges are typed as a reader types them.
 */
import { mkdir, open as openFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kioskPagesEn } from '#messages/pages/kiosk-en';
import { runProgram, temporaryDirectory } from '#test/support/evidock';
import {
  browserOf,
  expectAccessible,
  expectClean,
  expectNoOverflow,
  keptBrowser,
  type Seen,
  shot,
  textsOf,
  useChromium,
} from './support/browser.ts';
import { KIOSK_OFFICER, type KioskStation, pairingCode, startKioskStation } from './support/kiosk-station.ts';
import { sampleCards } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { dockCard } from './support/station.ts';

useChromium();

let station: KioskStation;
beforeAll(async () => {
  station = await startKioskStation();
});
afterAll(async () => {
  await station?.stop();
});

type Look = NonNullable<Parameters<typeof browserOf>[1]>;

/** A screen that is paired, with its tiles drawn. */
async function screen({ slots = [], ...look }: Look & { readonly slots?: readonly number[] } = {}): Promise<Seen> {
  const seen = await browserOf(null, { ...look, address: station.address });
  const paired = await seen.context.request.post('/api/v1/kiosks/pairing', {
    data: { code: await pairingCode(station.state, slots) },
    headers: { origin: station.address },
  });
  expect(paired.ok(), await paired.text()).toBe(true);
  await seen.page.goto('/kiosk');
  await seen.page.locator('time[data-live="true"]').waitFor();
  return seen;
}

const tile = (page: Page, phase: string) => page.locator(`button[data-phase="${phase}"]`);
const scrolls = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollHeight - innerHeight > 0 || document.documentElement.scrollWidth - innerWidth > 0);

/** Types like a badge reader: every key within the same moment, then Enter. */
async function showBadge(page: Page, number: string): Promise<void> {
  await page.evaluate((text) => {
    for (const key of [...text, 'Enter']) window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  }, number);
}

/** A card with one long recording, so that there is time to look while it is copied. */
async function dockLongCard(name: string, bytes: number): Promise<void> {
  const folder = join(station.dock, `.${name}.new`, 'DCIM/20260621');
  await mkdir(folder, { recursive: true });
  const file = await openFile(join(folder, 'DSJ0054321_041234_20260621091500_0001.MP4'), 'w');
  await file.truncate(bytes);
  await file.close();
  await rename(join(station.dock, `.${name}.new`), join(station.dock, name));
}

it('a screen is paired once, with a code that is typed on it; a wrong one is refused in words', async () => {
  const seen = await browserOf(null, { address: station.address });
  const { page } = seen;
  await page.goto('/kiosk');
  await page.getByRole('heading', { name: '请为本屏配对' }).waitFor();
  await shot(page, 'kiosk-pairing-zh-CN');
  await expectAccessible(page);
  for (const key of 'AAAAAAAA') await page.getByRole('button', { name: key, exact: true }).click();
  await page.getByText('配对码不正确').waitFor();
  await shot(page, 'kiosk-pairing-refused-zh-CN');
  await page.getByLabel('配对码').pressSequentially((await pairingCode(station.state)).toLowerCase());
  await page.getByText('本屏尚无采集口').waitFor();
  await shot(page, 'kiosk-no-slots-zh-CN');
  await page.reload();
  await page.getByText('本屏尚无采集口').waitFor();
  const note = await page.getByText('本屏尚无采集口').boundingBox();
  expect((note?.y ?? 0) + (note?.height ?? 0) / 2).toBeGreaterThan((page.viewportSize()?.height ?? 0) * 0.4);
  // A screen that comes on before its station says what it is waiting for.
  await page.route('**/api/v1/kiosks/own', () => undefined);
  await page.reload();
  await page.getByText('连接已断开，状态未知，请勿取走').waitFor({ timeout: 10_000 });
  await page.getByText('正在连接采集站…').waitFor();
  await shot(page, 'kiosk-never-heard-zh-CN');
  await page.unroute('**/api/v1/kiosks/own');
  await page.getByText('本屏尚无采集口').waitFor({ timeout: 30_000 });
  await expectClean(seen);
});

it('a recorder arrives, is copied, is safe and is taken: each is told in words, with figures, and green is only what is safe', async () => {
  const seen = await screen();
  const { page } = seen;
  await dockLongCard('long', 250_000_000);
  await tile(page, 'copying').waitFor();
  const busy = tile(page, 'copying');
  await expect.poll(() => busy.innerText().catch(() => '')).toMatch(/采集中 \d+%[\s\S]*MB\/s[\s\S]*请勿拔出/);
  await shot(page, 'kiosk-copying-zh-CN');
  expect(await busy.getAttribute('data-tone')).toBe('busy');
  const safe = tile(page, 'safe');
  await safe.waitFor({ timeout: 100_000 });
  expect(await safe.innerText()).toMatch(/可以取走[\s\S]*1 个文件已存好并核对/);
  expect(await page.locator('button[data-tone="safe"]').count()).toBe(1);
  await expectAccessible(page);
  await shot(page, 'kiosk-safe-zh-CN');
  await safe.click();
  await page.getByRole('dialog').waitFor();
  await shot(page, 'kiosk-slot-zh-CN');
  await page.getByRole('button', { name: '关闭' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('Safe to take').first().waitFor();
  await shot(page, 'kiosk-safe-en');
  expect(
    (await textsOf(page)).filter((text) => /\p{Script=Han}/u.test(text) && text !== kioskPagesEn['kiosk.language'] && text !== '一楼大厅'),
  ).toEqual([]);
  await page.getByRole('button', { name: '中文' }).click();
  await rm(join(station.dock, 'long'), { recursive: true });
  await tile(page, 'removed').waitFor();
  expect(await tile(page, 'removed').innerText()).toContain('已取走');
  expect(await page.locator('button[data-tone="safe"]').count()).toBe(0);
  await expectClean(seen);
});

it('an officer comes by badge, tags what they brought in three touches, and nothing of them stays', async () => {
  await control(station.state, 'POST', '/cases', {
    ...{ number: 'LY-2026-0777', title: '南门市场占道经营', category: 'inspection', stage: 'evidence' },
    events: [{ start: '2026-06-20T15:00:00', end: '2026-06-20T17:30:00', officers: [KIOSK_OFFICER.number], place: '南门市场' }],
  });
  await dockCard({ dock: station.dock, cards: sampleCards() }, 'gat947');
  const seen = await screen();
  const { page } = seen;
  await tile(page, 'safe').waitFor({ timeout: 100_000 });
  await shot(page, 'kiosk-tiles-zh-CN');
  await showBadge(page, 'FFFF0000');
  await page.getByText('证卡或 PIN 不正确').waitFor();
  await shot(page, 'kiosk-check-in-refused-zh-CN');
  await expectAccessible(page);
  await showBadge(page, KIOSK_OFFICER.badge);
  await page.getByRole('heading', { name: KIOSK_OFFICER.name }).waitFor();
  await page.getByText('今天的录像').first().waitFor();
  await shot(page, 'kiosk-visit-zh-CN');
  await expectAccessible(page);
  await page.getByText(/秒后自动退出/).waitFor();
  await page.getByRole('button', { name: /LY-2026-0777/ }).click();
  // The recording of another day, for which the case is not suggested, is left out by itself.
  await expect.poll(() => page.getByRole('checkbox', { checked: false }).count(), { timeout: 40_000 }).toBe(1);
  await page.getByRole('button', { name: '检查', exact: true }).click();
  await shot(page, 'kiosk-visit-tagging-zh-CN');
  await page.getByRole('button', { name: /保存标注/ }).click();
  await page.getByText(/已保存 \d+ 条录像的标注/).waitFor();
  await shot(page, 'kiosk-visit-tagged-zh-CN');
  const { items } = await control<{ items: { cases?: string[]; caseNumbers: string[]; category: string | null }[] }>(
    station.state,
    'GET',
    '/recordings?case=LY-2026-0777&limit=100',
  );
  expect(items.length).toBeGreaterThan(2);
  expect(new Set(items.map(({ category }) => category))).toEqual(new Set(['inspection']));
  await page.getByRole('button', { name: '知道了' }).first().click();
  await page.getByText('已确认').waitFor();
  await page.getByRole('button', { name: '退出' }).click();
  await tile(page, 'safe').waitFor();
  expect(await page.evaluate(() => document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
    KIOSK_OFFICER.name,
  );
  expect((await seen.context.cookies()).map(({ name }) => name).filter((name) => name.includes('visit'))).toEqual([]);
  await expectClean(seen);
});

it('a visit ends by itself with a countdown that is seen, back to the tiles', async () => {
  await station.restart({ EVIDOCK_DOORS_VISIT_SECONDS: '12' });
  const seen = await screen({ language: 'en' });
  const { page } = seen;
  await page.getByRole('button', { name: /Check in/ }).click();
  for (const key of KIOSK_OFFICER.number) await page.getByRole('button', { name: key, exact: true }).click();
  await shot(page, 'kiosk-check-in-en');
  await page.getByLabel('PIN', { exact: true }).focus();
  for (const key of KIOSK_OFFICER.pin) await page.getByRole('button', { name: key, exact: true }).click();
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await page.getByRole('heading', { name: KIOSK_OFFICER.name }).waitFor();
  await shot(page, 'kiosk-visit-en');
  await page.getByText(/Ends in [1-9] s/).waitFor();
  await page.getByRole('heading', { name: KIOSK_OFFICER.name }).waitFor({ state: 'detached' });
  expect(await page.locator('button[data-phase]').count()).toBeGreaterThan(0);
  await expectClean(seen);
});

it('a slot is put first by its officer while it is copied, on record with who and where', async () => {
  const seen = await screen();
  const { page } = seen;
  await showBadge(page, KIOSK_OFFICER.badge);
  await page.getByRole('heading', { name: KIOSK_OFFICER.name }).waitFor();
  await dockLongCard('first', 900_000_000);
  await page.getByRole('button', { name: '一键优先' }).click({ timeout: 30_000 });
  await page.getByText(/号采集口已设为优先/).waitFor();
  await shot(page, 'kiosk-visit-first-zh-CN');
  await page.getByRole('button', { name: '退出' }).click();
  const { items: dockings } = await control<{ items: { id: string }[] }>(station.state, 'GET', '/dockings?limit=1');
  const { items: taken } = await control<{ items: { id: string }[] }>(
    station.state,
    'GET',
    `/recordings?docking=${dockings[0]?.id}&limit=1`,
  );
  // The custody of a recording tells of its docking too.
  const { items: entries } = await control<{ items: { type: string; actor: object }[] }>(
    station.state,
    'GET',
    `/recordings/${taken[0]?.id}/custody?limit=200`,
  );
  expect(entries.find(({ type }) => type === 'docking.put-first')?.actor).toMatchObject({ kind: 'kiosk', user: station.officer.id });
  // Pulled before all of it was copied: that is told, and never in green.
  await rm(join(station.dock, 'first'), { recursive: true });
  const pulled = tile(page, 'removed').filter({ hasText: '已拔出' });
  await pulled.waitFor();
  expect(await pulled.innerText()).toContain('未采集完，请重新插入');
  await shot(page, 'kiosk-pulled-zh-CN');
  await expectClean(seen);
});

it('a station that is not heard greys every tile within five seconds, and its tiles come back by themselves', async () => {
  const seen = await screen();
  const { page } = seen;
  await tile(page, 'safe').first().waitFor({ timeout: 100_000 });
  process.kill(station.pid(), 'SIGSTOP');
  const heldMs = Date.now();
  try {
    await page.getByText('连接已断开，状态未知，请勿取走').waitFor({ timeout: 6500 });
    // The last beat may have come up to 1.5 s before the station was held up.
    expect(Date.now() - heldMs).toBeLessThan(5500);
    expect(await page.locator('button[data-tone="safe"]').count()).toBe(0);
    expect(await page.locator('button[data-tone]:not([data-tone="unknown"])').count()).toBe(0);
    expect(await page.getByText('状态未知', { exact: true }).count()).toBe(await page.locator('button[data-phase]').count());
    const stopped = await page.locator('time').innerText();
    await shot(page, 'kiosk-lost-zh-CN');
    await expectAccessible(page);
    await sleep(1200);
    expect(await page.locator('time').innerText()).toBe(stopped);
  } finally {
    process.kill(station.pid(), 'SIGCONT');
  }
  await tile(page, 'safe').first().waitFor({ timeout: 10_000 });
  await expectClean(seen);
});

it('the screen survives a restart of the station, and reloads itself where there are other pages by then', async () => {
  const seen = await screen();
  const { page } = seen;
  await page.evaluate(() => Object.assign(window, { before: true }));
  await station.restart();
  await page.locator('time[data-live="true"]').waitFor({ timeout: 30_000 });
  await page.locator('button[data-phase]').first().waitFor();
  expect(await page.evaluate(() => 'before' in window)).toBe(true);
  // What it would find after an update: a page with another script.
  await page.route('**/kiosk', async (route) => {
    if (route.request().isNavigationRequest()) return route.continue();
    const answer = await route.fetch();
    return route.fulfill({ response: answer, body: (await answer.text()).replace(/kiosk-[\w-]+\.js/, 'kiosk-00000000.js') });
  });
  await station.restart();
  await page.waitForFunction(() => !('before' in window), undefined, { timeout: 40_000 });
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.locator('button[data-phase]').first().waitFor();
  await expectClean(seen);
});

it('the screen comes back live and paired after its power was cut', async () => {
  const profile = await temporaryDirectory();
  try {
    const before = await keptBrowser(profile.path, station.address);
    const page = await before.newPage();
    await page.goto('/kiosk');
    // In the page, as it does itself: what a test puts into a browser is not written down by it.
    const paired = await page.evaluate(
      async (code) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/api/v1/kiosks/pairing', { method: 'POST', headers, body: JSON.stringify({ code }) })).ok;
      },
      await pairingCode(station.state),
    );
    expect(paired).toBe(true);
    await page.reload();
    await page.locator('time[data-live="true"]').waitFor();
    // Chromium writes its cookies twice a minute.
    await sleep(35_000);
    const killed = await runProgram('pkill', ['-KILL', '-f', profile.path]);
    expect(killed.status).toBe(0);
    await expect.poll(async () => (await runProgram('pgrep', ['-f', profile.path])).status).toBe(1);
    const after = await keptBrowser(profile.path, station.address);
    const again = await after.newPage();
    await again.goto('/kiosk');
    await again.locator('time[data-live="true"]').waitFor();
    // Nobody is asked for a code.
    expect(await again.getByRole('textbox').count()).toBe(0);
    await after.close();
  } finally {
    await profile.remove();
  }
}, 180_000);

it('eight slots are two rows, and sixty-four stand on one screen without scrolling, in light and dark', async () => {
  const { items: known } = await control<{ items: { slot: number }[] }>(station.state, 'GET', '/slots?limit=1000');
  const taken = new Set(known.map(({ slot }) => slot));
  for (let slot = 1; slot <= 64; slot += 1)
    if (!taken.has(slot)) await control(station.state, 'PUT', `/slots/${slot}`, { port: `/ports/${slot}` });
  const eight = await screen({ slots: [1, 2, 3, 4, 5, 6, 7, 8] });
  const tops = await eight.page
    .locator('button[data-phase]')
    .evaluateAll((all) => [...new Set(all.map((each) => each.getBoundingClientRect().top))]);
  expect(tops.length).toBe(2);
  await shot(eight.page, 'kiosk-8-zh-CN');
  expect(await scrolls(eight.page)).toBe(false);
  await expectClean(eight);
  for (const [viewport, dark] of [
    [{ width: 1280, height: 800 }, false],
    [{ width: 1920, height: 1080 }, true],
  ] as const) {
    const seen = await screen({ viewport, dark, reducedMotion: true });
    const { page } = seen;
    await expect.poll(() => page.locator('button[data-phase]').count()).toBe(64);
    expect(await scrolls(page)).toBe(false);
    const outside = await page.locator('button[data-phase]').evaluateAll(
      (all) =>
        all.filter((each) => {
          const { left, top, right, bottom } = each.getBoundingClientRect();
          return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
        }).length,
    );
    expect(outside).toBe(0);
    await shot(page, `kiosk-64-${viewport.width}${dark ? '-dark' : ''}-zh-CN`);
    await expectAccessible(page);
    await expectClean(seen);
  }
  const narrow = await screen({ viewport: { width: 390, height: 844 }, slots: [1, 2, 3] });
  await expectNoOverflow(narrow.page);
  await shot(narrow.page, 'kiosk-390-zh-CN');
  await expectClean(narrow);
});

it('a safe tile with all that it can say still says first that it is safe', async () => {
  // A recorder that tells its charge needs a vendor's interface (scripts/lab usb-dock has one): here the stream tells of it, in the words of the API.
  const slotOf = (slot: number) => ({
    ...{
      slot,
      phase: 'safe',
      dockingId: `dck-${slot}`,
      recorderSerial: 'DSJ0012345',
      officerId: '041234',
      waiting: null,
      first: slot === 1,
    },
    ...{ warning: 'recorder.clock-off', problem: null, filesListed: 214, filesSealed: 212, filesRefused: 2, secondsLeft: null },
    ...{ bytesListed: 8_808_038_400, bytesCopied: 8_808_038_400, bytesPerSecond: 0, updatedAt: '2026-06-21T18:00:00.000+08:00' },
    battery: slot % 2 === 0 ? { percent: 12, percentMin: 30, low: true } : { percent: 62, percentMin: 30, low: false },
  });
  for (const [count, viewport] of [
    [1, { width: 1280, height: 800 }],
    [8, { width: 1280, height: 800 }],
    [24, { width: 1280, height: 800 }],
    [64, { width: 1920, height: 1080 }],
  ] as const) {
    const seen = await screen({ viewport, slots: [1] });
    const { page } = seen;
    const slots = Array.from({ length: count }, (_, at) => slotOf(at + 1));
    const body = `event: slots\ndata: ${JSON.stringify(slots)}\n\nevent: beat\ndata: {"at":"2026-06-21T18:00:00.000+08:00"}\n\n`;
    await page.route('**/kiosks/own/events', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
    await page.reload();
    await expect.poll(() => page.locator('button[data-tone="safe"]').count()).toBe(count);
    await shot(page, `kiosk-charge-${count}-zh-CN`);
    const hidden = await page.locator('button[data-tone="safe"]').evaluateAll(
      (all) =>
        all.filter((each) => {
          const box = each.getBoundingClientRect();
          const head = [...each.querySelectorAll('span')].find((span) => span.textContent === '可以取走')?.getBoundingClientRect();
          return !head || head.top < box.top || head.bottom > box.bottom || head.left < box.left || head.right > box.right;
        }).length,
    );
    expect(hidden, `${count} slots`).toBe(0);
    if (count <= 8) {
      await page.getByText('插入时电量 62%').first().waitFor();
      expect(await page.getByText('电量 12%：出勤前请充到 30%').count()).toBe(Math.floor(count / 2));
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await seen.context.close();
  }
});
