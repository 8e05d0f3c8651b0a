/*
 * Goal: whoever opens the console signs in and comes to the page that they wanted; a session that ends in the middle of a page takes nothing from them.
 * Method: Chromium on a station that was spawned, with real accounts.
 */
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
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
  await page.getByText('陈立新', { exact: true }).waitFor();
  expect(await page.title()).toContain('Evidock');
  await expectClean(seen);
});

it('the other language is loaded when it is asked for; one that cannot be loaded leaves the page as it is', async () => {
  const seen = await browserOf('auditor');
  const { page } = seen;
  const files: string[] = [];
  page.on('request', (request) => void files.push(new URL(request.url()).pathname));
  await open(page, '/account');
  const texts = (language: string) => files.filter((path) => path.startsWith(`/assets/catalogue-${language}-`)).length;
  expect([texts('zh-CN'), texts('en')]).toEqual([1, 0]);
  await page.route(/catalogue-en-/, (route) => route.abort());
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('该语言的文本未能载入').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  await page.unroute(/catalogue-en-/);
  await page.reload();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: '中文' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.evaluate(() => localStorage.getItem('evidock-language'))).toBe('en');
  await expectClean(seen);
});

it('a page whose texts cannot be loaded says so', async () => {
  const seen = await browserOf(null);
  await seen.page.route(/catalogue-/, (route) => route.abort());
  await seen.page.goto('/');
  await seen.page.getByText('页面未能载入').waitFor();
  await seen.context.close();
});
