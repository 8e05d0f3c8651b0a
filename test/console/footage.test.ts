/*
 * Goal: an officer tags the day's footage in three touches and can take it back; everybody finds a recording by any number, and sees of it what their role may.
 * Method: Chromium on a station with real footage.
 */
import { expect, it } from 'vitest';
import type { RecordingJson } from '#test/support/evidock';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { CASE, OFFICER } from './support/station.ts';

useBrowser();

const recordings = async (query: string) =>
  (await control<{ items: RecordingJson[] }>(station().state, 'GET', `/recordings?limit=1000&${query}`)).items;

it('an officer tags several recordings in three touches, and takes it back', async () => {
  const seen = await browserOf('officer');
  const { page } = seen;
  await open(page, '/mine');
  await page.getByText('王敏').first().waitFor();
  await page
    .getByRole('img', { name: /的画面/ })
    .first()
    .waitFor();
  await shot(page, 'footage-mine-zh-CN');
  await expectAccessible(page);
  const before = (await recordings(`officer=${OFFICER}`)).filter(({ category }) => category === 'fee').length;
  const box = page.getByRole('checkbox', { name: /^选择/ }).first();
  await box.check();
  await page.getByLabel('执法类别').selectOption('fee');
  await shot(page, 'footage-mine-chosen-zh-CN');
  await page.getByRole('button', { name: '标注', exact: true }).click();
  await page.getByText('已标注 1 段录像。').waitFor();
  await expect
    .poll(async () => (await recordings(`officer=${OFFICER}`)).filter(({ category }) => category === 'fee').length)
    .toBe(before + 1);
  await page.getByRole('button', { name: '撤销' }).click();
  await expect.poll(async () => (await recordings(`officer=${OFFICER}`)).filter(({ category }) => category === 'fee').length).toBe(before);
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  await shot(page, 'footage-mine-narrow-zh-CN');
  await expectClean(seen);
}, 240_000);

it('a recording shows what it is, who looked and what was done; a name with markup is text', async () => {
  const { state } = station();
  await control(state, 'PATCH', `/officers/${OFFICER}`, { name: '<img src=x onerror=alert(1)>王敏' });
  const [film] = (await recordings(`case=${CASE}`)).filter(({ playable }) => playable);
  const seen = await browserOf('custodian', { language: 'en', dark: true });
  const { page } = seen;
  await open(page, `/find?q=${film?.id}`);
  await page.getByText('Originals and copies').waitFor();
  await page.getByText('<img src=x onerror=alert(1)>王敏').first().waitFor();
  await page
    .getByText(/SHA-256/)
    .first()
    .waitFor();
  await shot(page, 'footage-recording-dark-en');
  await expectAccessible(page);
  await expectNoOverflow(page);
  // On paper it is dark on white, without what can only be pressed, and says who printed it.
  await page.emulateMedia({ media: 'print' });
  await page.getByText('Printed by 李文博 · demo-custodian').waitFor();
  expect(await page.getByRole('button').count()).toBe(0);
  expect(await page.getByRole('navigation').count()).toBe(0);
  const ink = await page.evaluate(() => getComputedStyle(document.querySelector('h1') ?? document.body).color);
  expect(ink).toBe('rgb(23, 32, 42)');
  await shot(page, 'footage-recording-print-en');
  await page.emulateMedia({ media: 'screen' });
  await page.getByLabel('Cases', { exact: true }).fill(`${CASE} NO-SUCH-CASE`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Cases', { exact: true }).inputValue()).toContain('NO-SUCH-CASE');
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoOverflow(page);
  await shot(page, 'footage-recording-narrow-dark-en');
  await control(state, 'PATCH', `/officers/${OFFICER}`, { name: '王敏' });
  await expectClean(seen);
}, 240_000);

it('the list is filtered in the address, as pictures and as rows', async () => {
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, `/recordings?case=${CASE}&look=table`);
  await page.getByRole('row').nth(1).waitFor();
  expect(await page.getByRole('row').count()).toBe(1 + (await recordings(`case=${CASE}`)).length);
  await shot(page, 'footage-table-zh-CN');
  await expectAccessible(page);
  await page.getByRole('button', { name: '图片' }).click();
  await page
    .getByRole('img', { name: /的画面/ })
    .first()
    .waitFor();
  expect(new URL(page.url()).searchParams.get('case')).toBe(CASE);
  await open(page, '/unassigned');
  await shot(page, 'footage-unassigned-zh-CN');
  await expectNoOverflow(page);
  await expectClean(seen);
}, 240_000);
