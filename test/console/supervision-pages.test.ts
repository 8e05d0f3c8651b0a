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
