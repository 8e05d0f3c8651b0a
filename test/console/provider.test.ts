/*
 * Goal: whoever the agency's provider knows signs in through it, with the second factor of the station where a role needs one; who is refused reads why on a page; who signs in again in another tab
 * loses nothing that was typed.
 * Method: Chromium, a station of its own, and a real provider (oidc-provider) on another port.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';
import { appCode } from '#test/support/http/browser-session';
import { CLIENT, type RealProvider, realProvider } from '#test/support/people/real-provider';
import { browserOf, expectAccessible, expectNoOverflow, shot, useChromium } from './support/browser.ts';
import { control, endStation, runStation } from './support/running-station.ts';
import { buildPages } from './support/station.ts';

useChromium();

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let provider: RealProvider;
let station: Awaited<ReturnType<typeof runStation>>;

beforeAll(async () => {
  await buildPages();
  home = await temporaryDirectory();
  const port = await freePort();
  const redirectUri = `http://127.0.0.1:${port}/api/v1/sign-in/oidc/return`;
  provider = await realProvider({ redirectUri, inIdToken: true });
  const secrets = join(home.path, 'secrets');
  await mkdir(secrets, { mode: 0o700 });
  await writeFile(join(secrets, 'oidc-client-secret'), provider.clientSecret, { mode: 0o600 });
  const state = join(home.path, 's');
  station = await runStation(state, {
    ...{ EVIDOCK_HTTP_PORT: String(port), EVIDOCK_ARCHIVE_KIND: 'none', EVIDOCK_OIDC_SECRETS: secrets },
    EVIDOCK_ACCESS_TOTP_ROLES: 'security-administrator',
    ...{ EVIDOCK_OIDC_ISSUER: provider.issuer, EVIDOCK_OIDC_CLIENT_ID: CLIENT, EVIDOCK_OIDC_REDIRECT_URI: redirectUri },
  });
  await control(state, 'POST', '/users', { account: 'wang', name: '王敏', roles: ['custodian'] });
  await control(state, 'POST', '/users', { account: 'zhou', name: '周静', roles: ['security-administrator'] });
}, 120_000);

afterAll(async () => {
  if (station) await endStation(station.child);
  await provider?.close();
  await home?.remove();
});

const come = (account: string) => {
  provider.refuses = false;
  provider.account = { sub: `sub-${account}`, claims: { preferred_username: account } };
};
const there = () => browserOf(null, { address: station.address });

it('a person whom the station knows comes back to the page that they wanted', async () => {
  come('wang');
  const { page, context, faults } = await there();
  await page.goto('/case-list?state=open');
  await page.getByText('通过单位统一身份认证登录').waitFor();
  await shot(page, 'provider-sign-in-zh-CN');
  await expectAccessible(page);
  await page.getByRole('link', { name: '通过单位统一身份认证登录' }).click();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/case-list');
  expect(new URL(page.url()).search).toBe('?state=open');
  await page.getByText('王敏').first().waitFor();
  // The provider itself is another place; nothing else is.
  expect(faults.filter((fault) => !fault.includes(provider.issuer))).toEqual([]);
  await context.close();
});

it('somebody who needs a second factor sets it up after the word of the provider, and shows it the next time', async () => {
  come('zhou');
  const first = await there();
  await first.page.goto('/admin/units');
  await first.page.getByRole('link', { name: '通过单位统一身份认证登录' }).click();
  const secret = ((await first.page.locator('code').first().textContent()) ?? '').trim();
  expect(secret).toMatch(/^[A-Z2-7]{16,}$/);
  await shot(first.page, 'provider-enrol-zh-CN');
  await expectAccessible(first.page);
  await first.page.getByLabel('验证码').fill(appCode(secret, Date.now()));
  await first.page.getByRole('button', { name: '登录' }).click();
  await first.page.getByRole('button', { name: '我已保存' }).click();
  await first.page.getByText('周静').first().waitFor();
  expect(new URL(first.page.url()).pathname).toBe('/admin/units');
  await first.context.close();
  const second = await there();
  await second.page.goto('/admin/units');
  await second.page.getByRole('link', { name: '通过单位统一身份认证登录' }).click();
  await second.page.getByLabel('验证码').fill(appCode(secret, Date.now() + 30_000));
  await second.page.getByRole('button', { name: '登录' }).click();
  await second.page.getByText('周静').first().waitFor();
  await second.context.close();
});

it('who is not known, or says no at the provider, reads that on the page, with the number of the request', async () => {
  come('nobody');
  const { page, context } = await browserOf(null, { address: station.address, language: 'en' });
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in through the agency’s provider' }).click();
  const told = page.getByRole('alert');
  await told.waitFor();
  expect(await told.textContent()).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
  expect(new URL(page.url()).search).toBe('');
  await shot(page, 'provider-refused-en');
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoOverflow(page);
  provider.refuses = true;
  await page.getByRole('link', { name: 'Sign in through the agency’s provider' }).click();
  await told.waitFor();
  // Whatever stands in the address, only words of the catalogue are shown.
  await page.goto('/?refused=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&request=%3Cb%3E');
  await told.waitFor();
  expect(await page.locator('main img, main b').count()).toBe(0);
  await context.close();
});

it('a session that ends in the middle of a form: signed in again in another tab, and nothing typed is lost', async () => {
  come('wang');
  const { page, context } = await there();
  await page.goto('/case-list');
  await page.getByRole('link', { name: '通过单位统一身份认证登录' }).click();
  await page.getByRole('button', { name: '新增案件' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('案号').fill('LY-2026-0777');
  await context.clearCookies();
  await dialog.getByRole('button', { name: '保存' }).click();
  const again = page.getByRole('dialog', { name: '登录' });
  await again.waitFor();
  await shot(page, 'provider-again-zh-CN');
  const [tab] = await Promise.all([context.waitForEvent('page'), again.getByRole('link', { name: '通过单位统一身份认证登录' }).click()]);
  await tab.getByText('王敏').first().waitFor();
  await tab.close();
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await again.waitFor({ state: 'detached' });
  expect(await dialog.getByLabel('案号').inputValue()).toBe('LY-2026-0777');
  await context.close();
});

it('somebody else in another tab of the same browser: nothing of the person before stays on the page', async () => {
  come('wang');
  const { page, context } = await there();
  await page.goto('/case-list');
  await page.getByRole('link', { name: '通过单位统一身份认证登录' }).click();
  await page.getByText('王敏').first().waitFor();
  await control(join(home.path, 's'), 'POST', '/users', { account: 'li', name: '李文博', roles: ['auditor'] });
  await context.clearCookies();
  come('li');
  const tab = await context.newPage();
  await tab.goto('/');
  await tab.getByRole('link', { name: '通过单位统一身份认证登录' }).click();
  await tab.waitForURL((url) => url.origin === station.address);
  await expect.poll(() => page.getByText('王敏').count()).toBe(0);
  await context.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
