/*
 * Goal: reports, samples, explanations, notices and the policy are read in a browser; a text of the policy is tried before it is proposed, and adopted by another person who sees what it widens.
 * Method: Chromium on a station with real accounts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { CASE } from './support/station.ts';

useBrowser();

it('an auditor asks why somebody may look, and reads notices, samples and reports', async () => {
  const { items } = await control<{ items: { id: string }[] }>(station().state, 'GET', `/recordings?case=${CASE}`);
  const seen = await browserOf('auditor');
  const { page } = seen;
  await open(page, `/access-explain?user=demo-officer&recording=${items[0]?.id}&action=look`);
  await page.getByText(/与录像的关系/).waitFor();
  await shot(page, 'supervision-explain-zh-CN');
  await expectAccessible(page);
  for (const [path, name] of [
    ['/notices', 'notices'],
    ['/sampling', 'sampling'],
    ['/reports?month=2026-11', 'reports'],
    ['/admin/policy', 'policy'],
  ] as const) {
    await open(page, path);
    await shot(page, `supervision-${name}-zh-CN`);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 800 });
    await expectNoOverflow(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  await expectClean(seen);
}, 240_000);

it('a text of the policy is tried, and what it widens is told before it is proposed', async () => {
  const seen = await browserOf('security-administrator', { language: 'en' });
  const { page } = seen;
  await open(page, '/admin/policy');
  const shipped = readFileSync(join(ROOT, 'config/access.yaml'), 'utf8');
  await page.getByLabel('Text').fill(shipped);
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('It lets nobody do more.').waitFor();
  await page.getByLabel('Text').fill('no: policy');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Text').inputValue()).toBe('no: policy');
  await shot(page, 'station-policy-refused-en');
  await expectAccessible(page);
  await expectClean(seen);
}, 240_000);

it('a policy that lets somebody do more is adopted by a second person, who reads what is different', async () => {
  const { state } = station();
  const [account, password] = ['second-keeper', 'willow kettle second stamp'];
  await control(state, 'POST', '/users', { account, name: '吴海燕', roles: ['security-administrator'] });
  await control(state, 'PUT', `/accounts/${account}/password`, { password });
  const shipped = readFileSync(join(ROOT, 'config/access.yaml'), 'utf8');
  const wider = shipped.replace('relations: [named-in-case]\n    actions: [see]', 'relations: [named-in-case]\n    actions: [see, look]');
  expect(wider).not.toBe(shipped);
  const first = await browserOf('security-administrator');
  await open(first.page, '/admin/policy');
  await first.page.getByLabel('策略文本').fill(wider);
  await first.page.getByRole('button', { name: '检查' }).click();
  await first.page
    .getByText(/将放宽的权限/)
    .first()
    .waitFor();
  await first.page.getByText('actions: [see, look]').last().waitFor();
  await shot(first.page, 'supervision-policy-diff-zh-CN');
  await expectAccessible(first.page);
  await first.page.getByRole('button', { name: '提出新版本' }).click();
  await first.page.getByText('已提出').waitFor();
  await first.page
    .getByRole('link', { name: /第 \d+ 版/ })
    .first()
    .click();
  await first.page.getByRole('button', { name: '启用', exact: true }).click();
  // Whoever proposed it cannot adopt it.
  await first.page.getByRole('alert').waitFor();
  const version = new URL(first.page.url()).pathname;
  const second = await browserOf(null);
  const { address } = station();
  const answer = await second.context.request.post('/api/v1/session', { data: { account, password }, headers: { origin: address } });
  expect(answer.ok()).toBe(true);
  await open(second.page, version);
  await second.page.getByText('actions: [see, look]').first().waitFor();
  await shot(second.page, 'supervision-policy-second-zh-CN');
  await expectAccessible(second.page);
  await second.page.getByRole('button', { name: '启用', exact: true }).click();
  await second.page.getByText('已启用').first().waitFor();
  const inForce = await control<{ version: number; rules: { id: string; actions: string[] }[] }>(state, 'GET', '/policy');
  expect(inForce.rules.find(({ id }) => id === 'named-see')?.actions).toEqual(['see', 'look']);
  await expectClean(first);
  await expectClean(second);
}, 240_000);
