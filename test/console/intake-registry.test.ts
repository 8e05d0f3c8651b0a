/*
 * Goal: a custodian keeps the registry: takes a recorder out and back, adds an officer, imports with a preview of what would change, leads a case to its end; and reads the figures.
 * Method: Chromium on a station with real footage; what was typed is read back from the API.
 */
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, textsOf, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { OFFICER } from './support/station.ts';

useBrowser();

const WIDTHS = [1280, 760, 390];
const mark = Date.now().toString(36);

it('a recorder is taken out and returned on its card', async () => {
  const { state } = station();
  const { items } = await control<{ items: { recorderSerial: string }[] }>(state, 'GET', '/dockings?limit=1');
  const serial = items[0]?.recorderSerial ?? expect.fail('nothing was docked');
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, '/recorders');
  await shot(page, 'intake-recorders-zh-CN');
  await page.getByRole('link', { name: serial, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: serial }).waitFor();
  await page.getByLabel('领用人').selectOption(OFFICER);
  await page.getByRole('button', { name: '领用', exact: true }).click();
  await page.getByText(/领用中/).waitFor();
  await page.getByText('至今').waitFor();
  await shot(page, 'intake-recorder-zh-CN');
  await expectAccessible(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: '归还' }).click();
  await page.getByText('已登记归还').waitFor();
  expect((await control<{ holding: unknown }>(state, 'GET', `/recorders/${serial}`)).holding).toBeNull();
  await expectClean(seen);
}, 240_000);

it('an import first tells what would change and changes nothing; then it is done', async () => {
  const { state } = station();
  const number = `0${Date.now().toString().slice(-6)}`;
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, '/officers');
  await shot(page, 'intake-officers-zh-CN');
  await page.getByRole('button', { name: '导入', exact: true }).click();
  await page.getByLabel('或粘贴内容').fill(`id,name,unit\n${number},导入测试,\n`);
  await page.getByRole('button', { name: '预览变更' }).click();
  await page.getByText('新增 1 条，更新 0 条').waitFor();
  await shot(page, 'intake-import-zh-CN');
  await expectAccessible(page);
  await expect(control(state, 'GET', `/officers/${number}`)).rejects.toMatchObject({ code: 'request.not-found' });
  await page.getByRole('button', { name: '确认导入' }).click();
  await page.getByRole('link', { name: number }).click();
  await page.getByRole('heading', { level: 1, name: new RegExp(number) }).waitFor();
  await page.getByLabel('姓名').fill('导入测试改');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存').waitFor();
  expect((await control<{ name: string }>(state, 'GET', `/officers/${number}`)).name).toBe('导入测试改');
  await shot(page, 'intake-officer-zh-CN');
  // Shifts are listed one by one before they come.
  await open(page, '/shifts');
  await page.getByRole('button', { name: '导入', exact: true }).click();
  await page.getByLabel('或粘贴内容').fill(`officer,start,end\n${number},2026-01-05 08:00,2026-01-05 16:00\n`);
  await page.getByRole('button', { name: '预览变更' }).click();
  await page.getByText('新增 1 个').waitFor();
  await shot(page, 'intake-shifts-import-zh-CN');
  await page.getByRole('button', { name: '确认导入' }).click();
  await page.locator('tbody tr').first().waitFor();
  await expectAccessible(page);
  await expectClean(seen);
}, 240_000);

it('a case is added, changed, decided, closed and opened again', async () => {
  const { state } = station();
  const number = `T-${mark}`;
  const seen = await browserOf('custodian', { language: 'en' });
  const { page } = seen;
  await open(page, '/case-list');
  await page.getByRole('button', { name: 'Add a case' }).click();
  await page.getByRole('dialog').getByLabel('Number').fill(number);
  await page.getByRole('dialog').getByLabel('Title').fill('Stalls on the pavement');
  await page.getByRole('dialog').getByLabel('First officer').selectOption(OFFICER);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: number }).waitFor();
  await page.getByRole('button', { name: `Edit ${number}` }).click();
  await page.getByRole('dialog').getByLabel('Title').fill('Stalls on the pavement, again');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Stalls on the pavement, again').waitFor();
  const step = async (name: string, on: string) => {
    await page.getByRole('button', { name: `${name} ${number}` }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Date' }).fill(on);
    if (name === 'Reopen') await page.getByRole('dialog').getByLabel('Reason').fill('new evidence');
    await shot(page, `intake-case-${name.toLowerCase()}-en`);
    await page.getByRole('dialog').locator('footer').getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await step('Decide', '2026-06-01');
  await step('Close', '2026-06-02');
  await step('Reopen', '2026-06-03');
  await expect.poll(async () => (await control<{ state: string }>(state, 'GET', `/cases/${number}`)).state).toBe('reopened');
  await shot(page, 'intake-case-list-en');
  await expectAccessible(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  await expectClean(seen);
}, 240_000);

it('the figures are drawn, and told as a table to whoever does not see them', async () => {
  for (const language of ['zh-CN', 'en'] as const) {
    const seen = await browserOf('custodian', { language, dark: language === 'en' });
    const { page } = seen;
    await open(page, '/figures?days=366');
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await page.getByText(language === 'en' ? 'in time' : '按时').waitFor();
    await shot(page, `intake-figures-${language}`);
    await expectAccessible(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoOverflow(page);
    }
    if (language === 'en') {
      const foreign = (await textsOf(page)).filter((text) => /[\u4e00-\u9fff]/.test(text));
      expect(foreign.filter((text) => !['中文', '李文博'].includes(text) && !text.startsWith('执法'))).toEqual([]);
    }
    await expectClean(seen);
  }
}, 240_000);
