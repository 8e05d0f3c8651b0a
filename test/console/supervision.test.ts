/*
 * Goal: somebody asks for footage, another person sees what it is about and what that person asked for before, approves less of it, and both see the same thread; the log answers a question in words and as CSV; nothing that was typed is lost when a session ends.
 * Method: Chromium on a station with real accounts, one browser for each person.
 */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { CASE } from './support/station.ts';

useBrowser();

it('a request is asked, narrowed and approved in one thread; its words survive the end of the session', async () => {
  const { state, passwords } = station();
  const asker = await browserOf('custodian');
  await open(asker.page, `/requests/new?case=${CASE}`);
  await asker.page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
  await asker.page.getByLabel('具体说明').fill('核对现场经过');
  await asker.page.getByLabel('导出').check();
  await shot(asker.page, 'supervision-new-zh-CN');
  await expectAccessible(asker.page);
  // The session ends in the middle of the form.
  const { items: sessions } = await control<{ items: { id: string; account: string | null }[] }>(state, 'GET', '/sessions?limit=1000');
  for (const { id } of sessions.filter(({ account }) => account === 'demo-custodian')) await control(state, 'DELETE', `/sessions/${id}`);
  await asker.page.getByRole('button', { name: '提交申请' }).click();
  const dialog = asker.page.getByRole('dialog');
  await dialog.getByText('登录已失效').waitFor();
  await shot(asker.page, 'supervision-session-ended-zh-CN');
  await dialog.getByLabel('密码').fill(passwords.custodian);
  await dialog.getByRole('button', { name: '登录' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(await asker.page.getByLabel('具体说明').inputValue()).toBe('核对现场经过');
  await asker.page.getByRole('button', { name: '提交申请' }).click();
  await asker.page.getByRole('heading', { level: 2, name: '提交申请' }).waitFor();
  const thread = new URL(asker.page.url()).pathname;

  const reviewer = await browserOf('reviewer');
  await open(reviewer.page, '/requests');
  const waiting = reviewer.page.getByLabel('待审批', { exact: true });
  await waiting.getByRole('row').filter({ hasText: '核对现场经过' }).waitFor();
  // The purpose by its title, not by its code.
  await waiting.getByText('执法监督检查：核对现场经过').first().waitFor();
  await shot(reviewer.page, 'supervision-waiting-zh-CN');
  await expectAccessible(reviewer.page);
  await open(reviewer.page, thread);
  // What it is about, in pictures, each of which may be left out.
  const about = reviewer.page.locator('section').filter({ has: reviewer.page.getByRole('heading', { name: '所涉录像' }) });
  const chosen = about.getByLabel('批准这一段');
  await expect.poll(() => about.locator('img').count()).toBeGreaterThan(0);
  const all = await chosen.count();
  expect(all).toBeGreaterThan(1);
  await chosen.first().uncheck();
  await reviewer.page.getByText(`将批准 ${all - 1} 段录像。`).waitFor();
  await reviewer.page
    .getByText('没有您可查看的其他申请。')
    .or(reviewer.page.getByLabel(/以往的申请/))
    .first()
    .waitFor();
  await reviewer.page.getByRole('group', { name: '操作' }).getByLabel('导出').uncheck();
  await shot(reviewer.page, 'supervision-decide-zh-CN');
  await expectAccessible(reviewer.page);
  await reviewer.page.getByRole('button', { name: '缩小后批准' }).click();
  await reviewer.page.getByRole('heading', { level: 2, name: '授权' }).waitFor();
  await reviewer.page.getByText(`${all - 1} 段录像`, { exact: true }).waitFor();
  // The thread of who asked follows by itself.
  await asker.page.getByRole('heading', { level: 2, name: '授权' }).waitFor();
  await shot(asker.page, 'supervision-thread-zh-CN');
  for (const width of [760, 390]) {
    await asker.page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(asker.page);
  }
  await reviewer.page.getByRole('button', { name: '立即终止授权' }).click();
  await asker.page.getByText('撤销').first().waitFor();
  await expectClean(asker);
  await expectClean(reviewer);
}, 240_000);

it('the access log answers who did what, in words, in rows and as CSV', async () => {
  const seen = await browserOf('auditor', { language: 'en' });
  const { page } = seen;
  await open(page, `/access-log?case=${CASE}`);
  await page.getByText(`Who did what with case ${CASE}?`).waitFor();
  await page.getByRole('row').nth(1).waitFor();
  await shot(page, 'supervision-log-en');
  await expectAccessible(page);
  await expectNoOverflow(page);
  await page.getByRole('row').nth(1).getByRole('button').click();
  await page.getByRole('dialog').getByText('Session', { exact: true }).waitFor();
  await shot(page, 'supervision-entry-en');
  await page.keyboard.press('Escape');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save as CSV' }).click()]);
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain(CASE);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoOverflow(page);
  await shot(page, 'supervision-log-narrow-en');
  await expectClean(seen);
}, 240_000);
