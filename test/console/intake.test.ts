/*
 * Goal: a custodian sees in one look what came in and what failed; a docking arrives live and is followed to its recordings; the log is filtered, kept as a view and saved as CSV.
 * Method: Chromium on a station with real footage; a card is docked while the pages are open.
 */
import { appendFile, cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csvLine as lineOfPages } from '../../src/console/pages/intake/csv-file.ts';
import { csvLine as lineOfStation } from '../../src/serve/csv.ts';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, settled, shot, textsOf, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { dockCard } from './support/station.ts';

useBrowser();

const WIDTHS = [1280, 760, 390];

it('a card that is docked appears live in overview and log, and leads to its files and recordings', async () => {
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, '/');
  await page.getByRole('heading', { level: 1, name: '概览' }).waitFor();
  const docked = page.getByRole('link', { name: /今日采集/ });
  await docked.waitFor();
  const before = Number(await docked.locator('strong').textContent());
  await settled(page);
  await shot(page, 'intake-overview-zh-CN');
  await expectAccessible(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
    if (width === 390) await shot(page, 'intake-overview-narrow-zh-CN');
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  const name = `live-${Date.now()}`;
  await withNewPhoto(join(station().cards, name), join(station().cards, 'gat947'));
  try {
    await dockCard(station(), name);
    await expect.poll(async () => Number(await docked.locator('strong').textContent()), { timeout: 30_000 }).toBeGreaterThan(before);
    await docked.click();
    await page.getByRole('heading', { level: 1, name: '采集日志' }).waitFor();
    expect(new URL(page.url()).searchParams.get('since')).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const first = page.locator('tbody tr').first();
    await first.getByText('可以取走').waitFor({ timeout: 60_000 });
    await shot(page, 'intake-log-zh-CN');
    await first.getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: /^采集：/ }).waitFor();
    await page.getByText('采集过程').waitFor();
    await settled(page);
    await shot(page, 'intake-docking-zh-CN');
    await expectAccessible(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  } finally {
    for (const place of [station().dock, station().cards]) await rm(join(place, name), { recursive: true, force: true });
  }
  const recording = page.locator('a[href^="/recordings/"]').first();
  await recording.waitFor();
  await shot(page, 'intake-docking-files-zh-CN');
  await recording.click();
  await page.waitForURL(/\/recordings\/rec-/);
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: /^采集：/ }).waitFor();
  await expectClean(seen);
}, 180_000);

/** The same card with a photo that was not docked before: a custodian of a unit sees dockings by what of it they listed. */
async function withNewPhoto(card: string, from: string): Promise<void> {
  await cp(from, card, { recursive: true, preserveTimestamps: true });
  const day = join(card, 'DCIM/20260620');
  const photo = join(day, `DSJ0012345_041234_202606201800${10 + (Date.now() % 50)}_0021.jpg`);
  await cp(join(day, 'DSJ0012345_041234_20260620163000_0013.jpg'), photo);
  await appendFile(photo, String(Date.now()));
}

it('filters and columns stand in the address, are kept as a named view, and are what the CSV file has', async () => {
  const { state } = station();
  const { items } = await control<{ items: { recorderSerial: string }[] }>(state, 'GET', '/dockings?limit=1000');
  const serial = items[0]?.recorderSerial ?? expect.fail('nothing was docked');
  const seen = await browserOf('custodian', { language: 'en' });
  const { page } = seen;
  await open(page, '/intake');
  await page.locator('tbody tr').first().waitFor();
  await shot(page, 'intake-log-en');
  await expectAccessible(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
    if (width === 390) await shot(page, 'intake-log-narrow-en');
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  expect((await textsOf(page)).filter((text) => /[\u4e00-\u9fff]/.test(text) && text !== '中文' && text !== '李文博')).toEqual([]);
  // By keyboard alone: the filter, the columns, the view.
  await page.getByLabel('Recorder', { exact: true }).first().focus();
  await page.keyboard.type(serial);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.searchParams.get('recorder') === serial);
  await page.getByText('Columns', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: 'Driver' }).focus();
  await page.keyboard.press('Space');
  await page.waitForURL(/cols=.*driver/);
  await shot(page, 'intake-log-columns-en');
  await page.getByLabel('Name of this view').focus();
  await page.keyboard.type('One recorder');
  await page.keyboard.press('Enter');
  await page.getByText('View One recorder is kept in this browser.').waitFor();
  const rows = await page.locator('tbody tr').count();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines[0]).toContain('"Driver"');
  expect(lines.length).toBe(rows + 1);
  expect(lines.slice(1).every((line) => line.includes(`"${serial}"`))).toBe(true);
  await open(page, '/intake');
  await page.getByLabel('Saved views').selectOption('One recorder');
  await page.waitForURL((url) => url.searchParams.get('recorder') === serial);
  await page.getByRole('columnheader', { name: 'Driver' }).waitFor();
  // What is not there is said, with what to do.
  await open(page, '/intake?recorder=NONE');
  await page.getByText('No docking is like this').waitFor();
  await expectClean(seen);
}, 240_000);

it('a file of the pages has the lines that one of the station has', () => {
  for (const cells of [['=1+1', '+2', '-3', '@x', '\uff1d1', ' =2', 'a"b', 'plain', null, 4, -4, 'line\nend', 'a\u0000b']])
    expect(lineOfPages(cells)).toBe(lineOfStation(cells));
});

it('work is listed for the custodian, who tries it again; copies are made anew by who runs the machine', async () => {
  const seen = await browserOf('custodian');
  await open(seen.page, '/jobs?state=done');
  await seen.page.locator('tbody tr').first().waitFor();
  await shot(seen.page, 'intake-jobs-zh-CN');
  await expectAccessible(seen.page);
  await seen.page.getByRole('button', { name: /重试/ }).first().waitFor();
  expect(await seen.page.getByRole('button', { name: '重新制作副本' }).count()).toBe(0);
  await open(seen.page, '/jobs?state=failed');
  await seen.page.getByText('没有此类任务').waitFor();
  await expectClean(seen);
  const other = await browserOf('system-administrator');
  await open(other.page, '/jobs');
  await other.page.getByRole('button', { name: /重试/ }).waitFor();
  await other.page.getByRole('button', { name: '重新制作副本' }).waitFor();
  await shot(other.page, 'intake-jobs-administrator-zh-CN');
  await open(other.page, '/overview');
  await shot(other.page, 'intake-overview-administrator-zh-CN');
  await expectClean(other);
}, 240_000);

it.each([1280, 390])('of a thousand dockings those in sight are in the page, wherever it is scrolled (%i px)', async (width) => {
  const seen = await browserOf('custodian', { viewport: { width, height: 800 } });
  const { page } = seen;
  // The same docking a thousand times, numbered by its slot: to dock a thousand cards would take an hour.
  await page.route(/\/api\/v1\/dockings\?/, async (route) => {
    const answer = await route.fetch();
    const { items } = (await answer.json()) as { items: { id: string; slot: number }[] };
    const many = Array.from({ length: 1000 }, (_, n) => ({ ...items[0], id: `dck-${n}`, slot: 10_000 + n }));
    await route.fulfill({ response: answer, json: { items: many, next: null } });
  });
  await open(page, '/intake');
  const list = page.locator('section:has(> table)');
  await list.getByText('10000', { exact: true }).waitFor();
  for (const share of [0.5, 1, 0.1, 0]) {
    await list.evaluate((area, at) => area.scrollTo(0, at * area.scrollHeight), share);
    // Some row is in the middle of what is seen, and it is about the one that belongs there.
    const middle = () =>
      list.evaluate((area) => {
        area.scrollIntoView({ block: 'center' });
        const { left, top, width: wide, height } = area.getBoundingClientRect();
        const row = document.elementFromPoint(left + wide / 2, top + height / 2)?.closest<HTMLTableRowElement>('[data-row]');
        return Number([...(row?.cells ?? [])].map((cell) => cell.textContent).find((text) => /^1\d{4}$/.test(text)) ?? Number.NaN) - 10_000;
      });
    await expect.poll(async () => Math.abs((await middle()) - share * 1000)).toBeLessThan(60);
    expect(await list.locator('[data-row]').count()).toBeLessThan(120);
  }
  // On paper stand all of them.
  await page.evaluate(() => void dispatchEvent(new Event('beforeprint')));
  expect(await list.locator('[data-row]').count()).toBe(1000);
  await page.evaluate(() => void dispatchEvent(new Event('afterprint')));
  await expect.poll(() => list.locator('[data-row]').count()).toBeLessThan(120);
  await expectClean(seen);
});
