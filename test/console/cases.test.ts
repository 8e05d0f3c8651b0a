/*
 * Goal: an auditor types a case number, states a reason, and sees the case played, with the look on record first; the keyboard steps and seeks; the address leads back to the moment.
 * Method: Chromium on a station with real footage.
 */
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { CASE } from './support/station.ts';

useBrowser();

interface Line {
  readonly type: string;
  readonly why: { readonly reason: string | null; readonly words: string | null };
}

it('a case number leads to all its cameras on one line, and to its films for a stated reason', async () => {
  const { state } = station();
  const seen = await browserOf('auditor');
  const { page } = seen;
  await open(page, '/search');
  await shot(page, 'cases-search-zh-CN');
  await expectAccessible(page);
  // A day is typed as people write it; what is none is said, and not searched for.
  const since = page.getByRole('textbox', { name: '起始日期' });
  await since.fill('2026年6月31日');
  await since.press('Tab');
  await page.getByText('无法识别，请按 2026-06-20 的格式填写。').waitFor();
  await expectAccessible(page);
  await shot(page, 'cases-search-no-day-zh-CN');
  await since.fill('2026/6/1');
  await since.press('Tab');
  expect(await since.inputValue()).toBe('2026-06-01');
  await since.fill('');
  // How it begins is enough: the case is taken from the list by keys.
  const field = page.getByRole('combobox', { name: '案号' });
  await field.fill(CASE.slice(0, -1));
  await page.getByRole('option', { name: new RegExp(CASE) }).waitFor();
  await shot(page, 'cases-search-suggested-zh-CN');
  await expectAccessible(page);
  // Escape closes what is offered and leaves what was typed.
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('option', { name: new RegExp(CASE) }).count()).toBe(0);
  expect(await field.inputValue()).toBe(CASE.slice(0, -1));
  await field.fill(CASE);
  await page.getByRole('option', { name: new RegExp(CASE) }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '打开案件' }).waitFor();
  await page
    .getByRole('img', { name: /的画面/ })
    .first()
    .waitFor();
  await shot(page, 'cases-search-found-zh-CN');
  await page.getByRole('link', { name: '打开案件' }).click();
  await page.getByRole('heading', { level: 1, name: new RegExp(CASE) }).waitFor();
  await page.getByRole('img', { name: /同一时间轴/ }).waitFor();
  await shot(page, 'cases-case-zh-CN');
  await expectAccessible(page);
  for (const width of [1280, 760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
    if (width === 390) await shot(page, 'cases-case-narrow-zh-CN');
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: /^播放/ }).click();
  await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await page.getByLabel('具体说明').fill('每月抽查');
  await shot(page, 'cases-gate-zh-CN');
  await page.getByRole('button', { name: '确认并调阅' }).click();
  const video = page.locator('video').first();
  await video.waitFor();
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.4);
  await shot(page, 'cases-playing-zh-CN');
  await expectAccessible(page);
  const { items } = await control<{ items: Line[] }>(state, 'GET', `/audit?case=${CASE}&type=recording.viewed&limit=5`);
  expect(items[0]?.why).toMatchObject({ reason: 'supervision', words: '每月抽查' });
  // The address follows the film, and the back button leads out of the case.
  await page.waitForFunction(() => new URL(location.href).searchParams.has('t'));
  // Ten minutes without film are left out, and that is said.
  await expect.poll(() => new URL(page.url()).searchParams.get('t') ?? '').toMatch(/T17:20:0\d\+08:00$/);
  await page
    .getByText(/已跳过无录像的/)
    .first()
    .waitFor();
  await page.goBack();
  await page.getByRole('link', { name: '打开案件' }).waitFor();
  await expectClean(seen);
}, 240_000);

it('one recording is played by keys: picture by picture, slower, faster, to its beginning', async () => {
  const { state } = station();
  const { items } = await control<{ items: { id: string; playable: boolean; kind: string; durationMs: number }[] }>(
    state,
    'GET',
    `/recordings?case=${CASE}`,
  );
  const film = items.find(({ playable, kind }) => playable && kind === 'video') ?? expect.fail('no film');
  const seen = await browserOf('officer', { language: 'en' });
  const { page } = seen;
  await open(page, `/recordings/${film.id}/play`);
  const video = page.locator('video');
  await video.waitFor();
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 3);
  const at = () => page.evaluate(() => document.querySelector('video')?.currentTime ?? -1);
  // A step is a search of some seeks: it is over when the film stands.
  const settled = async () => {
    let last = -1;
    const stands = async () => {
      const [before, now] = [last, await at()];
      last = now;
      return before === now;
    };
    await expect.poll(stands, { interval: 700, timeout: 15_000 }).toBe(true);
    return last;
  };
  await page.getByRole('button', { name: 'Play', exact: true }).focus();
  await page.keyboard.press('k');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5);
  await page.keyboard.press('k');
  await page.waitForFunction(() => document.querySelector('video')?.paused);
  const before = await at();
  await page.keyboard.press('.');
  const stepped = await settled();
  expect(stepped).toBeGreaterThan(before);
  await page.keyboard.press(',');
  expect(await settled()).toBeLessThan(stepped);
  await page.keyboard.press('0');
  await expect.poll(at).toBeLessThan(0.01);
  await page.getByRole('button', { name: 'Still' }).click();
  await page
    .getByRole('dialog')
    .getByText(/^[0-9a-f]{64}$/)
    .waitFor();
  await shot(page, 'cases-still-en');
  await page.keyboard.press('Escape');
  await expectClean(seen);
}, 240_000);
