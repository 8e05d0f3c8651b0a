/*
 * Goal: what the player shows is what it says: it steps by single pictures, seeks to the picture, keeps three cameras together, tells what was played, and lets go of the picture when a
 * grant ends.
 * Method: films whose pictures carry their number, docked as a card with three cameras that overlap in time; the numbers are read back from a canvas in Chromium.
 */
import { beforeAll, expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, type Seen, shot, useBrowser } from './support/browser.ts';
import { ALL_FILM, CAMERAS, camerasOn, numberedCase, numbersOn, SYNC_CASE, spreadOf } from './support/numbered-card.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';

useBrowser();

let films: Awaited<ReturnType<typeof numberedCase>>;
beforeAll(async () => {
  films = await numberedCase(station());
}, 330_000);

const filmOf = (officer: string) => films.get(officer)?.id ?? expect.fail(`no film of ${officer}`);

async function state({ page }: Seen, words: string): Promise<void> {
  await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await page.getByLabel('具体说明').fill(words);
  await page.getByRole('button', { name: '确认并调阅' }).click();
}

async function ready({ page }: Seen, count = 1): Promise<void> {
  await page.waitForFunction((least) => {
    const videos = [...document.querySelectorAll('video')];
    return videos.length >= least && videos.every(({ readyState }) => readyState >= 2);
  }, count);
}

const number = async ({ page }: Seen) => (await numbersOn(page))[0]?.number ?? null;

it('steps by single pictures at 25 and at 30 a second, seeks to the picture, and tells what was played', async () => {
  const { state: directory } = station();
  const seen = await browserOf('auditor');
  const { page } = seen;
  for (const camera of [CAMERAS[0], CAMERAS[2]]) {
    if (!camera) continue;
    const id = filmOf(camera.officer);
    await open(page, `/recordings/${id}/play?t=4`);
    await state(seen, '核对画面');
    await ready(seen);
    // The player has the keys at once.
    await expect.poll(() => number(seen)).toBe((4 * camera.rate) % 256);
    for (const [key, by] of [...Array(4).fill(['.', 1]), ...Array(3).fill([',', -1])] as [string, number][]) {
      const before = (await number(seen)) ?? expect.fail('no number in the picture');
      await page.keyboard.press(key);
      await expect.poll(() => number(seen), { message: `${key} from ${before} at ${camera.rate} a second` }).toBe((before + by) % 256);
    }
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => Math.abs(((await number(seen)) ?? 0) - ((9 * camera.rate + 1) % 256))).toBeLessThanOrEqual(1);
    await page.keyboard.press('0');
    await expect.poll(() => number(seen)).toBe(0);
  }
  // J, K, L: on, faster, back, and still.
  await page.keyboard.press('l');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1);
  await page.keyboard.press('l');
  await expect.poll(() => page.getByLabel('速度').inputValue()).toBe('1.5');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 6);
  await page.keyboard.press('j');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 9) < 4);
  await page.keyboard.press('k');
  await page.waitForFunction(() => document.querySelector('video')?.paused);
  await expectAccessible(page);
  // A mark is made, stands on the line of time, and leads back.
  await page.keyboard.press('m');
  await page.keyboard.type('当事人到场');
  await page.keyboard.press('Enter');
  const mark = page.getByRole('button', { name: /当事人到场/ });
  await mark.first().waitFor();
  await shot(page, 'player-mark-zh-CN');
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
    if (width === 390) await shot(page, 'player-narrow-zh-CN');
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press('Escape');
  await page.getByLabel('播放位置').focus();
  await page.keyboard.press('0');
  await mark.first().click();
  await expect.poll(() => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)).toBeGreaterThan(0.5);
  await page.getByRole('button', { name: '删除标记“当事人到场”' }).click();
  await expect.poll(() => mark.count()).toBe(0);
  const id = filmOf(CAMERAS[2]?.officer ?? '');
  const custody = await control<{ items: { type: string }[] }>(directory, 'GET', `/recordings/${id}/custody?limit=1000`);
  expect(custody.items.map(({ type }) => type)).toEqual(expect.arrayContaining(['recording.place-marked', 'recording.place-unmarked']));
  // What was played is a claim of the look, told when the film goes at the latest.
  const claimed = page.waitForResponse((response) => response.url().endsWith('/claims'));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await page.waitForTimeout(1500);
  await page.getByRole('link', { name: '录像检索' }).click();
  const claim = await claimed;
  expect(claim.status()).toBe(204);
  const { played } = claim.request().postDataJSON() as { played: { fromMs: number; toMs: number }[] };
  expect(played.every(({ fromMs, toMs }) => toMs > fromMs)).toBe(true);
  expect(played.length).toBeGreaterThan(0);
  await expectClean(seen);
}, 240_000);

it('keeps three cameras together, with the sound of one, and follows the address', async () => {
  const seen = await browserOf('auditor', { viewport: { width: 1280, height: 900 } });
  const { page } = seen;
  await open(page, `/cases/${SYNC_CASE}?t=${encodeURIComponent(ALL_FILM)}`);
  await state(seen, '三台同步');
  await ready(seen, 3);
  expect(await page.locator('video').count()).toBe(3);
  expect(await page.evaluate(() => [...document.querySelectorAll('video')].filter(({ muted }) => !muted).length)).toBe(1);
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].every(({ paused }) => !paused));
  const spreads: number[] = [];
  for (let sample = 0; sample < 20; sample += 1) {
    spreads.push(spreadOf(await camerasOn(page)));
    await page.waitForTimeout(150);
  }
  const sorted = spreads.toSorted((one, other) => one - other);
  console.log(`spread of three cameras, ms: median ${Math.round(sorted[10] ?? 0)}, p95 ${Math.round(sorted[18] ?? 0)}`);
  // Pictures stand for 33 and 40 ms, so films that are exactly together are up to 40 apart by their numbers.
  // Other tests run beside it on two cores: one picture of twenty may come late. Longer is tried by player-drift.test.ts and scripts/player-drift.ts.
  expect(sorted[18], `spreads: ${spreads.map(Math.round).join(' ')}`).toBeLessThanOrEqual(80);
  await shot(page, 'player-three-cameras-zh-CN');
  const moment = () => Date.parse(new URL(page.url()).searchParams.get('t') ?? '');
  await expect.poll(moment).toBeGreaterThan(Date.parse(ALL_FILM) + 1000);
  // Sixteen times as fast: the pictures along the films are shown, and the clock runs.
  await page.getByLabel('速度').selectOption('16');
  const clock = () => page.locator('[role=timer]').getAttribute('data-at').then(Number);
  const before = await clock();
  await expect.poll(async () => (await clock()) - before, { interval: 50 }).toBeGreaterThan(4000);
  await expectClean(seen);
}, 240_000);

it('lets go of the picture within five seconds when the grant ends, with the words for it', async () => {
  const { state: directory } = station();
  const id = filmOf(CAMERAS[1]?.officer ?? '');
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const asker = await browserOf('officer');
  const asked = await asker.context.request.post('/api/v1/requests', {
    data: { recordings: [id], actions: ['look', 'hear'], purpose: 'case-handling', words: '办案需要', until },
    headers: { origin: new URL(station().address).origin },
  });
  const { request, grant: given } = (await asked.json()) as { request: { id: string }; grant: { id: string } | null };
  expect(asked.ok(), JSON.stringify(request)).toBe(true);
  const decided = given
    ? { grant: given }
    : await control<{ grant: { id: string } }>(directory, 'POST', `/requests/${request.id}/decision`, { decision: 'approve' });
  const { page } = asker;
  await open(page, `/recordings/${id}/play`);
  const gate = page.getByRole('button', { name: '确认并调阅' });
  await expect.poll(async () => (await gate.count()) + (await page.locator('video').count())).toBeGreaterThan(0);
  if (await gate.count()) {
    await page.getByRole('combobox', { name: '事由' }).selectOption('case-handling');
    await page.getByLabel('具体说明').fill('办案');
    await gate.click();
  }
  await ready(asker);
  await page.keyboard.press('k');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5);
  const sinceMs = Date.now();
  await control(directory, 'POST', `/grants/${decided.grant.id}/revocation`);
  await page.waitForFunction(() => document.querySelector('video') === null);
  const tookMs = Date.now() - sinceMs;
  console.log(`the picture went ${tookMs} ms after the grant ended`);
  expect(tookMs).toBeLessThan(5000);
  await page.getByRole('alert').getByText('您已无权继续观看').waitFor();
  await shot(page, 'player-ended-zh-CN');
  await expectClean(asker);
}, 240_000);

it('a link to a moment survives signing in, and a session that ends in the middle', async () => {
  const { passwords } = station();
  const seen = await browserOf(null);
  const { page, context } = seen;
  await page.goto(`/cases/${SYNC_CASE}?t=${encodeURIComponent(ALL_FILM)}`);
  const signIn = async () => {
    await page.getByLabel('密码').fill(passwords.auditor);
    await page.getByRole('button', { name: '登录', exact: true }).click();
  };
  await page.getByLabel('账号').fill('demo-auditor');
  await signIn();
  await page.getByRole('heading', { level: 1, name: new RegExp(SYNC_CASE) }).waitFor();
  expect(new URL(page.url()).searchParams.get('t')).toBe(ALL_FILM);
  await page.getByText('本次调阅将记入日志').waitFor();
  await state(seen, '核查');
  await ready(seen, 3);
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('video')].some(({ paused }) => !paused));
  await page.getByRole('button', { name: '暂停', exact: true }).click();
  const cookies = await context.cookies();
  await context.clearCookies();
  await page.getByLabel(/处的标记/).fill('写到一半');
  await page.getByRole('button', { name: '添加标记' }).click();
  await page.getByText('请重新登录').or(page.getByRole('dialog')).first().waitFor();
  await shot(page, 'player-session-ended-zh-CN');
  await page.getByRole('dialog').getByLabel('密码').fill(passwords.auditor);
  await page.getByRole('dialog').getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.getByLabel(/处的标记/).inputValue()).toBe('写到一半');
  expect(cookies.length).toBeGreaterThan(0);
  await ready(seen, 3);
  await expectClean(seen);
}, 240_000);
