/*
 * Goal: an officer tags a day in three touches and takes it back; accepts what the station suggests with its reason; passes over a poster and sees the film along its length, on record; learns who
 * looked. A custodian gives what has no case to one. Names with markup stay text wherever they come from: a case, an officer, a file on a card.
 * Method: Chromium on a station with real footage; touches are counted in the page.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { RecordingJson } from '#test/support/evidock';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control, type OfControl } from './support/running-station.ts';
import { OFFICER } from './support/station.ts';

useBrowser();

const MARKUP = '<img src=x onerror="document.title=\'owned\'">';
const OWN_CASE = 'LY-2026-0301';

const ask = <T>(...asked: OfControl) => control<T>(station().state, ...asked);
const recordings = async (query: string) => (await ask<{ items: RecordingJson[] }>('GET', `/recordings?limit=1000&${query}`)).items;
const belonging = async (number: string) => (await recordings(`case=${number}`)).length;

/** Counts what somebody touches from now on. */
async function countTouches(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    document.documentElement.dataset['touches'] = '0';
    document.addEventListener(
      'click',
      ({ isTrusted }) => {
        const { dataset } = document.documentElement;
        if (isTrusted) dataset['touches'] = String(Number(dataset['touches']) + 1);
      },
      true,
    );
  });
  return () => page.evaluate(() => Number(document.documentElement.dataset['touches']));
}

it('an officer tags a whole day in three touches, takes it back, and accepts a suggestion by its reason', async () => {
  const [film] = (await recordings(`officer=${OFFICER}`)).filter(
    ({ kind, caseNumbers, start, durationMs }) => kind === 'video' && caseNumbers.length === 0 && start !== null && durationMs !== null,
  );
  if (!film?.start) return expect.fail('no film without a case');
  const begin = film.start;
  await ask('POST', '/cases', {
    ...{
      number: OWN_CASE,
      title: `${MARKUP}人行道占道堆放杂物检查（第一大队，南阳路与人民路交叉口东北角一带）`,
      category: 'penalty',
      update: true,
    },
    officers: [OFFICER],
    events: [{ start: begin, end: new Date(Date.parse(begin) + (film.durationMs ?? 0)).toISOString(), officers: [OFFICER] }],
  });
  const seen = await browserOf('officer');
  const { page } = seen;
  await open(page, '/mine');
  await page
    .getByRole('button', { name: /^标注未关联的/ })
    .first()
    .waitFor();
  await page
    .getByRole('img', { name: /的画面/ })
    .first()
    .waitFor();
  await shot(page, 'footage-mine-suggested-zh-CN');
  await expectAccessible(page);

  const touches = await countTouches(page);
  const before = await belonging(OWN_CASE);
  const whole = page.getByRole('button', { name: /^标注未关联的/ }).first();
  const count = Number(/\d+/.exec((await whole.textContent()) ?? '')?.[0]);
  expect(count).toBeGreaterThan(2);
  await whole.click();
  await page
    .getByRole('group', { name: '可能的案件' })
    .getByRole('button', { name: new RegExp(OWN_CASE) })
    .click();
  await shot(page, 'footage-mine-three-touches-zh-CN');
  await expectAccessible(page);
  await page.getByRole('toolbar').getByRole('button', { name: '标注', exact: true }).click();
  await page.getByText(`已标注 ${count} 段录像。`).waitFor();
  expect(await touches()).toBe(3);
  expect(await belonging(OWN_CASE)).toBe(before + count);
  const [tagged] = await recordings(`case=${OWN_CASE}`);
  expect(tagged?.category, 'the category of the case').toBe('penalty');
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销').waitFor();
  expect(await belonging(OWN_CASE)).toBe(before);

  const suggestion = page
    .getByRole('listitem')
    .filter({ hasText: OWN_CASE })
    .filter({ has: page.getByRole('button', { name: '采纳' }) });
  await suggestion.first().waitFor();
  expect(await suggestion.first().textContent()).toContain('执法');
  await suggestion.first().getByRole('button', { name: '采纳' }).click();
  await page.getByText(/已按建议关联 1 段录像/).waitFor();
  expect(await belonging(OWN_CASE)).toBe(before + 1);
  await page.getByRole('button', { name: '撤销' }).last().click();
  await expect.poll(() => belonging(OWN_CASE)).toBe(before);

  await page.getByRole('button', { name: /^查看最近/ }).click();
  await page.getByRole('heading', { name: '调阅情况' }).scrollIntoViewIfNeeded();
  await shot(page, 'footage-mine-looks-zh-CN');
  expect(await page.title()).not.toContain('owned');
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  await expectClean(seen);
}, 240_000);

it('a poster shows the film along its length once the pointer stays, and that look is on record', async () => {
  const [film] = (await recordings(`officer=${OFFICER}`)).filter(({ kind, playable }) => kind === 'video' && playable);
  const seen = await browserOf('officer', { language: 'en' });
  const { page } = seen;
  await open(page, `/recordings?officer=${OFFICER}`);
  const poster = page.getByRole('img', { name: `Picture of ${film?.id}` });
  await poster.waitFor();
  const looks = async () =>
    (await ask<{ items: object[] }>('GET', `/audit?recording=${film?.id}&type=recording.viewed&limit=50`)).items.length;
  const before = await looks();
  await poster.hover();
  await page.locator('[data-along=shown]').waitFor();
  await shot(page, 'footage-along-en');
  expect(await looks()).toBeGreaterThan(before);
  await expectClean(seen);
}, 240_000);

it('a custodian gives a recording of no case to one; markup in the name of a file is text', async () => {
  const { cards } = station();
  const card = join(cards, `markup-${Date.now()}`);
  await mkdir(card, { recursive: true });
  await cp(join(cards, 'dated-folders'), card, { recursive: true, preserveTimestamps: true });
  const file = `${MARKUP.replaceAll('"', '')} ${Date.now()}.txt`;
  await writeFile(join(card, file), `of no layout ${Date.now()}`);
  const { dockingId } = await ask<{ dockingId: string }>('POST', '/dockings', { directory: card, serial: `M${Date.now()}` });
  const strange = async () =>
    (await recordings(`docking=${dockingId}`)).find(({ originals }) => originals.some(({ cardPath }) => cardPath.includes('onerror')));
  await expect.poll(strange, { timeout: 60_000, interval: 500 }).toBeTruthy();
  const { id } = (await strange()) ?? expect.fail('not listed');
  // A custodian sees footage of the own unit: it has to be somebody's.
  await ask('PATCH', `/recordings/${id}`, { officer: OFFICER });
  const found = (await strange()) ?? expect.fail('not listed');
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, `/recordings/${found.id}`);
  await page
    .getByText(/img src=x onerror/)
    .first()
    .waitFor();
  await shot(page, 'footage-recording-markup-zh-CN');
  expect(await page.title()).not.toContain('owned');
  await open(page, '/unassigned?look=table');
  await page.getByRole('checkbox', { name: `选择 ${found.id}` }).check();
  await page.getByRole('combobox', { name: '案件' }).fill(OWN_CASE);
  await shot(page, 'footage-unassigned-chosen-zh-CN');
  await expectAccessible(page);
  await page.getByRole('button', { name: '标注', exact: true }).click();
  await expect.poll(async () => (await strange())?.caseNumbers).toEqual([OWN_CASE]);
  await page.getByRole('button', { name: '撤销' }).click();
  await expect.poll(async () => (await strange())?.caseNumbers).toEqual([]);
  await ask('POST', `/dockings/${dockingId}/removal`);
  await expectClean(seen);
}, 240_000);
