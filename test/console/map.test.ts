/*
 * Goal: whoever may look at a case sees where its recorders were, after they have said why, and on record; a place on the map leads to the film at that moment, by hand, by keys and in
 * words; and no other server is asked for anything.
 * Method: Chromium on a station with a card of three recorders, of which one wrote sentences and one GPX with faults in it.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, type Seen, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { BEGIN_MS, WALK_CASE, walkedCase } from './support/walked-card.ts';

useBrowser();

let films: ReadonlyMap<string, string>;
beforeAll(async () => {
  films = await walkedCase(station());
}, 330_000);

interface Line {
  readonly what: { readonly recording: string; readonly part: string | null };
  readonly why: { readonly reason: string | null; readonly words: string | null; readonly case?: string | null };
}

const mapOf = (page: Page) => page.getByRole('application', { name: /轨迹地图|Map of the tracks/ });

async function state({ page }: Seen, words: string): Promise<void> {
  await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await page.getByLabel('具体说明').fill(words);
  await page.getByRole('button', { name: '确认并调阅' }).click();
}

/** The middle of what stands there on the screen. */
async function middle(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = (await mapOf(page).locator(selector).first().boundingBox()) ?? expect.fail(`${selector} is not on the map`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function showMap(seen: Seen, words: string): Promise<void> {
  const { page } = seen;
  await page.getByRole('button', { name: '显示地图' }).click();
  await state(seen, words);
  await mapOf(page).locator('[data-begin="2"]').waitFor();
  await mapOf(page).scrollIntoViewIfNeeded();
}

it('the case shows where its recorders were, for a stated reason, and leads to the film', async () => {
  const { state: directory } = station();
  const seen = await browserOf('auditor');
  const { page } = seen;
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/track')) asked.push(request.url());
  });
  await open(page, `/cases/${WALK_CASE}`);
  await page.getByText('2 段录像有定位轨迹').waitFor();
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: '显示地图' }).scrollIntoViewIfNeeded();
  await shot(page, 'map-closed-zh-CN');
  await showMap(seen, '核对路线');
  // Pages that are built for tests ask twice what they ask as they appear.
  expect(new Set(asked).size).toBe(2);
  await shot(page, 'map-case-zh-CN');
  await expectAccessible(page);
  const { items } = await control<{ items: Line[] }>(directory, 'GET', `/audit?case=${WALK_CASE}&type=recording.viewed&limit=10`);
  const looks = items.filter(({ what }) => what.part === 'track' && [...films.values()].includes(what.recording));
  expect(looks.length).toBeGreaterThanOrEqual(2);
  expect(looks[0]?.why).toMatchObject({ reason: 'supervision', words: '核对路线' });
  // In words: both ways, and what was left out.
  const table = page.getByRole('region', { name: '轨迹列表' });
  await expect.poll(() => table.getByRole('row').count()).toBe(3);
  expect(await table.textContent()).toContain('34.61970° N, 112.45310° E');
  await page.getByText(/位于 0° 0° 1 个，任何车辆都无法及时到达 1 个/).waitFor();
  // Pointing tells who and when; a click goes there.
  const begin = await middle(page, '[data-begin="1"]');
  await page.mouse.move(begin.x, begin.y);
  await mapOf(page).getByText('1 · 赵敏', { exact: true }).waitFor();
  const end = await middle(page, '[data-end="2"]');
  await page.mouse.move(end.x, end.y);
  await mapOf(page).getByText('2 · 马建国', { exact: true }).waitFor();
  await shot(page, 'map-pointed-zh-CN');
  await page.mouse.click(end.x, end.y);
  await expect.poll(() => page.locator('[data-moment]').getAttribute('data-moment')).toBe(String(BEGIN_MS + 86_000));
  await page.waitForFunction(() => new URL(location.href).searchParams.has('t'));
  expect(await mapOf(page).locator('[data-now]').count()).toBe(2);
  const links = page.getByRole('link', { name: '从此刻播放' });
  expect(await links.last().getAttribute('href')).toBe(`/recordings/${films.get('041912')}/play?t=86`);
  // By keys: closer, aside, all of it; and the moments one by one.
  await mapOf(page).focus();
  const far = await middle(page, '[data-begin="1"]');
  await page.keyboard.press('+');
  await page.keyboard.press('ArrowLeft');
  const near = await middle(page, '[data-begin="1"]');
  expect(Math.hypot(near.x - far.x, near.y - far.y)).toBeGreaterThan(40);
  await page.keyboard.press('0');
  expect(await middle(page, '[data-begin="1"]')).toEqual(far);
  const slider = page.getByRole('slider', { name: '时刻' });
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('2026-06-21 14:01:25');
  await shot(page, 'map-moment-zh-CN');
  await expectAccessible(page);
  // The wheel is the map's once the map was clicked, and dragging moves it.
  await mapOf(page).focus();
  const from = await middle(page, '[data-begin="1"]');
  const other = await middle(page, '[data-end="2"]');
  await page.mouse.move(from.x, from.y);
  await page.mouse.wheel(0, -240);
  await expect.poll(async () => Math.abs((await middle(page, '[data-end="2"]')).x - other.x)).toBeGreaterThan(40);
  expect(Math.abs((await middle(page, '[data-begin="1"]')).x - from.x)).toBeLessThan(2);
  await page.mouse.move(from.x + 60, from.y - 60);
  await page.mouse.down();
  await page.mouse.move(from.x + 160, from.y - 90, { steps: 4 });
  await page.mouse.up();
  expect((await middle(page, '[data-begin="1"]')).x - from.x).toBeCloseTo(100, -1);
  await shot(page, 'map-zoomed-zh-CN');
  await page.getByRole('button', { name: '定位：马建国' }).click();
  await shot(page, 'map-close-up-zh-CN');
  await page.getByRole('checkbox', { name: /1 · 赵敏/ }).uncheck();
  await expect.poll(() => mapOf(page).locator('[data-begin]').count()).toBe(1);
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  await page.getByRole('checkbox', { name: /1 · 赵敏/ }).check();
  await mapOf(page).scrollIntoViewIfNeeded();
  await shot(page, 'map-narrow-zh-CN');
  await expectAccessible(page);
  await expectClean(seen);
}, 240_000);

it('the page of one recording shows its own way, in the dark and in English, and none where there is none', async () => {
  const seen = await browserOf('auditor', { language: 'en', dark: true });
  const { page } = seen;
  await open(page, `/recordings/${films.get('041911')}`);
  await page.getByRole('button', { name: 'Show the map' }).click();
  await page.getByRole('combobox', { name: 'Reason' }).selectOption('supervision');
  await page.getByLabel('In your own words').fill('route');
  await page.getByRole('button', { name: 'State it and look' }).click();
  await mapOf(page).locator('[data-begin="1"]').waitFor();
  await mapOf(page).scrollIntoViewIfNeeded();
  await page.getByRole('slider', { name: 'Moment' }).fill(String(BEGIN_MS + 30_000));
  await page.getByRole('link', { name: 'Play from here' }).waitFor();
  await mapOf(page).evaluate((map) => map.scrollIntoView({ block: 'center' }));
  await shot(page, 'map-recording-dark-en');
  await expectAccessible(page);
  await open(page, `/recordings/${films.get('041913')}`);
  expect(await page.getByRole('button', { name: 'Show the map' }).count()).toBe(0);
  await expectClean(seen);
}, 240_000);
