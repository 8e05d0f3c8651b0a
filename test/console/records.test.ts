/*
 * Goal: who had a recorder is put right where it was entered wrong, a case is given its level and marks, what was done with both stands on their pages, and copies are made anew after it was told of how many.
 * Method: Chromium on a station of real footage; each test makes what it changes.
 */
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { OFFICER } from './support/station.ts';

useBrowser();

it('a take-out is corrected and taken away, and the recorder tells what was done with it', async () => {
  const { state } = station();
  const serial = `REC${Date.now()}`;
  await control(state, 'POST', '/recorders', { serial });
  await control(state, 'POST', `/recorders/${serial}/holdings`, { officer: OFFICER });
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, `/recorders/${serial}`);
  await page.getByRole('button', { name: '更正' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '领出时间' }).fill('2026-01-02T08:00');
  await shot(page, 'records-holding-zh-CN');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page
    .getByText(/2026-01-02|1月2日|01-02/)
    .first()
    .waitFor();
  await page.getByRole('heading', { name: '操作记录' }).waitFor();
  await page.getByRole('button', { name: '更正' }).click();
  await dialog.getByRole('button', { name: '撤销此条领用' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByRole('button', { name: '更正' }).count()).toBe(0);
  await shot(page, 'records-recorder-zh-CN');
  await expectAccessible(page);
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoOverflow(page);
  }
  await expectClean(seen);
});

it('a case gets a level, loses it only with a reason, and its page tells so', async () => {
  const { state } = station();
  const number = `LY-LVL-${Date.now()}`;
  await control(state, 'POST', '/cases', { number, title: '密级测试', category: 'inspection', stage: 'evidence', officers: [OFFICER] });
  const seen = await browserOf('custodian', { language: 'en' });
  const { page } = seen;
  await open(page, `/cases/${number}`);
  await page.getByRole('button', { name: 'Level and marks' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Confidentiality').selectOption('internal');
  await dialog.getByRole('checkbox').first().check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect
    .poll(async () => (await control<{ confidentiality: string }>(state, 'GET', `/cases/${number}`)).confidentiality)
    .toBe('internal');
  await page.getByRole('button', { name: 'Level and marks' }).click();
  await dialog.getByLabel('Confidentiality').selectOption('');
  await dialog.getByRole('textbox').fill('It was marked by mistake.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'What was done with this case' }).waitFor();
  await shot(page, 'records-case-en');
  await expectClean(seen);
});

it('copies are made anew only after it was told of how many', async () => {
  const seen = await browserOf('system-administrator');
  const { page } = seen;
  await open(page, '/jobs');
  await page.getByRole('button', { name: '重新制作副本' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: '开始制作' }).count()).toBe(0);
  await dialog.getByRole('button', { name: '统计数量' }).click();
  await dialog.getByRole('status').waitFor();
  await shot(page, 'records-again-zh-CN');
  await expectAccessible(page);
  await dialog.getByLabel('范围').selectOption('named');
  expect(await dialog.getByRole('button', { name: '统计数量' }).isDisabled()).toBe(true);
  await expectClean(seen);
});

it('a custodian sees what belongs to nobody, and gives it an officer', async () => {
  const { state } = station();
  const all = await control<{ items: { id: string; officerId: string | null }[] }>(state, 'GET', '/recordings?limit=1000');
  const nobodys = all.items.find(({ officerId }) => officerId === null);
  if (!nobodys) throw new Error('the sample cards have no recording without an officer');
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, `/recordings/${nobodys.id}`);
  await page.getByText('执法人员不明').first().waitFor();
  await expectClean(seen);
});

it('a photo is looked at on the whole screen for a stated reason, and the look is on record', async () => {
  const { state } = station();
  type Found = { items: { id: string; kind: string; derivatives: { kind: string }[] }[] };
  const all = await control<Found>(state, 'GET', '/recordings?limit=1000');
  const photo = all.items.find(({ derivatives }) => derivatives.some(({ kind }) => kind === 'preview'));
  if (!photo) throw new Error('the sample cards have no photo');
  const looks = async () =>
    (await control<{ items: object[] }>(state, 'GET', `/audit?recording=${photo.id}&type=recording.viewed&limit=50`)).items.length;
  const before = await looks();
  const seen = await browserOf('auditor');
  const { page } = seen;
  await open(page, `/recordings/${photo.id}`);
  await page.getByRole('link', { name: '查看照片' }).click();
  await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await page.getByRole('button', { name: '确认并调阅' }).click();
  const picture = page.locator('figure img');
  await picture.waitFor();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await shot(page, 'records-photo-zh-CN');
  await expectAccessible(page);
  expect(await looks()).toBe(before + 1);
  await expectClean(seen);
});

it('numbers with characters that mean something in addresses lead to their pages', async () => {
  const { state } = station();
  const number = `沪〔2026〕第12/${Date.now()}号?#&+:=%41`;
  const serial = `R/${Date.now()}:%2F`;
  await control(state, 'POST', '/cases', { number, title: '编号测试', category: 'inspection', stage: 'evidence', officers: [OFFICER] });
  await control(state, 'POST', '/recorders', { serial });
  const seen = await browserOf('custodian');
  const { page } = seen;
  await open(page, '/case-list');
  await page.getByRole('link', { name: number }).first().click();
  await page.getByRole('heading', { level: 1, name: number }).waitFor();
  await open(page, '/recorders');
  await page.getByRole('link', { name: serial, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: serial }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: serial }).waitFor();
  await expectClean(seen);
});
