/*
 * Goal: administrators manage people and screens, and see nothing of footage; everybody keeps their own account.
 * Method: Chromium on a station with real accounts; the link to set a password is opened in another browser.
 */
import { expect, it } from 'vitest';
import { appCode } from '#test/support/http/browser-session';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';

useBrowser();

it('an account is added, gets a link, and its owner sets a password with it once', async () => {
  const seen = await browserOf('security-administrator');
  const { page } = seen;
  await open(page, '/admin/accounts');
  await page.getByText('demo-auditor').waitFor();
  await shot(page, 'station-accounts-zh-CN');
  await expectAccessible(page);
  await expectNoOverflow(page);
  expect(await page.getByRole('link', { name: '录像检索' }).count()).toBe(0);
  await page.getByRole('button', { name: '新增账号' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('账号').fill(`new-${Date.now()}`);
  await dialog.getByLabel('姓名或名称').fill('一个名字非常非常长的执法人员，用来看看页面是否会被撑破');
  await dialog.getByLabel('执法人员', { exact: true }).check();
  await shot(page, 'station-account-add-zh-CN');
  await dialog.getByRole('button', { name: '新增账号' }).click();
  await page.getByRole('button', { name: '生成设置密码的链接' }).click();
  const link = (await page.getByText(/\/setup#/).textContent()) ?? '';
  await shot(page, 'station-account-zh-CN');
  await expectAccessible(page);
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  const owner = await browserOf(null);
  await owner.page.goto(new URL(link).pathname + new URL(link).hash);
  await owner.page.getByLabel('新密码').fill('maple orchard kettle nine');
  await owner.page.getByLabel('再次输入').fill('maple orchard kettle nine');
  await shot(owner.page, 'station-set-up-zh-CN');
  await expectAccessible(owner.page);
  await owner.page.getByRole('button', { name: '设置密码' }).click();
  await owner.page.getByText(/已设置/).waitFor();
  expect(new URL(owner.page.url()).hash).toBe('');
  await expectClean(owner);
  await expectClean(seen);
}, 240_000);

it('a second factor is set in the browser, and asked for at the next door', async () => {
  const seen = await browserOf('system-administrator', { language: 'en', dark: true });
  const { page } = seen;
  await open(page, '/admin/health');
  await page.getByText('What the station stands on').waitFor();
  await shot(page, 'station-health-dark-en');
  await expectAccessible(page);
  await open(page, '/account');
  const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Second factor' }) });
  await panel.getByLabel('Password').fill('willow kettle system-administrator stamp');
  await panel.getByRole('button', { name: 'Set a second factor' }).click();
  const secret = ((await panel.locator('code').textContent()) ?? '').trim();
  await shot(page, 'station-factor-dark-en');
  await panel.getByLabel('Code').fill(appCode(secret, Date.now()));
  await panel.getByRole('button', { name: 'Set it' }).click();
  await panel.getByRole('button', { name: 'I have written them down' }).waitFor();
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'I have written them down' }).click();
  await panel.getByLabel('Password').fill('willow kettle system-administrator stamp');
  await panel.getByRole('button', { name: 'Remove it' }).click();
  await panel.getByRole('button', { name: 'Set a second factor' }).waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoOverflow(page);
  await expectClean(seen);
}, 240_000);
