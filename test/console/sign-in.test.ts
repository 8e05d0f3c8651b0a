/*
 * Goal: whoever opens the console signs in and comes to the page that they wanted; a session that ends in the middle of a page takes nothing from them.
 * Method: Chromium on a station that was spawned, with real accounts.
 */
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';

useBrowser();

it('a person signs in and is on a page of theirs; the wrong password is refused in words', async () => {
  const seen = await browserOf(null);
  const { page } = seen;
  await page.goto('/');
  await page.getByLabel('账号').fill('demo-auditor');
  await page.getByLabel('密码').fill('not the password');
  await shot(page, 'sign-in-zh-CN');
  await expectAccessible(page);
  await expectNoOverflow(page);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('alert').waitFor();
  await shot(page, 'sign-in-refused-zh-CN');
  await page.getByLabel('密码').fill(station().passwords.auditor);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('陈立新').waitFor();
  expect(await page.title()).toContain('Evidock');
  await expectClean(seen);
});
