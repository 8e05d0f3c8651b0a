/*
 * Goal: who looks after the machine finds what is not well and what to do, learns the slots by plugging, reads the configuration, and invites other hosts; who manages people takes in a roster, and moves units.
 * Method: Chromium; slots are learnt at a station of its own, because nothing is taken in meanwhile.
 */
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control, endStation, runStation } from './support/running-station.ts';

useBrowser();

const WIDTHS = [1280, 760, 390];

it('the diagnosis tells what is not well first, with what to do, in both languages', async () => {
  const seen = await browserOf('system-administrator');
  const { page } = seen;
  await open(page, '/admin/health');
  await page.getByRole('button', { name: '全面检查' }).click();
  await page.getByText(/正常 \d+ 项/).waitFor();
  await page.getByText('ffmpeg').first().waitFor();
  expect(await page.getByText('处理办法：').count()).toBeGreaterThan(0);
  await shot(page, 'machine-health-zh-CN');
  await expectAccessible(page);
  // Nobody has used the control socket for it.
  const { items } = await control<{ items: unknown[] }>(station().state, 'GET', '/audit?type=socket.used&limit=1000');
  expect(JSON.stringify(items)).not.toContain('diagnosis');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoOverflow(page);
  }
  await expectClean(seen);
});

it('the configuration tells where each value comes from, and no secret', async () => {
  const seen = await browserOf('system-administrator', { language: 'en', dark: true });
  const { page } = seen;
  await open(page, '/admin/configuration');
  await page.getByText('watch', { exact: true }).waitFor();
  await page.getByLabel('Only what was set').check();
  await page.getByText('environment').first().waitFor();
  await shot(page, 'machine-configuration-dark-en');
  await expectAccessible(page);
  await page.getByLabel('Find a field').fill('archive.kind');
  expect(await page.locator('dl code').allTextContents()).toEqual(['kind', 'disk']);
  await page.getByLabel('Find a field').fill('no such field');
  await page.getByText('No field is called so.').waitFor();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoOverflow(page);
  }
  await expectClean(seen);
});

it('a worker is invited, its key is shown once and taken away', async () => {
  const seen = await browserOf('system-administrator');
  const { page } = seen;
  await open(page, '/admin/workers');
  await page.getByText('尚无其他主机持有密钥').waitFor();
  await page.getByLabel('主机名称').fill('Bad Name');
  await page.getByRole('button', { name: '邀请主机' }).click();
  await page.getByRole('alert').waitFor();
  await shot(page, 'machine-workers-zh-CN');
  await expectAccessible(page);
  await expectClean(seen);
});

it('first steps tell what is done by what the station knows', async () => {
  const seen = await browserOf('security-administrator');
  const { page } = seen;
  await open(page, '/first-steps');
  const step = (title: string) => page.getByRole('listitem').filter({ hasText: title });
  await step('建立单位').getByText('已完成').waitFor();
  await step('为本人设置第二要素').getByRole('link', { name: '去设置' }).waitFor();
  await shot(page, 'machine-first-steps-zh-CN');
  await expectAccessible(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoOverflow(page);
  }
  await step('增设一名安全管理员').getByRole('link', { name: '去设置' }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/admin/accounts');
  await expectClean(seen);
});

it('a roster is tried, then taken in; a unit shows its people of a day, and is moved', async () => {
  const seen = await browserOf('security-administrator');
  const { page } = seen;
  const tag = `r${Date.now()}`;
  await open(page, '/admin/accounts');
  await page.getByRole('button', { name: '导入人员名册' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('或粘贴内容').fill(`账号,姓名,单位\n${tag},=1+1 <b>丁一</b>,${tag}局/一支队\n`);
  await dialog.getByRole('button', { name: '预览变更' }).click();
  await dialog.getByText(/新增 1/).waitFor();
  await shot(page, 'machine-roster-zh-CN');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: '确认导入' }).click();
  await dialog.waitFor({ state: 'detached' });
  await open(page, '/admin/units');
  const squad = page
    .getByRole('listitem')
    .filter({ hasText: `${tag}局` })
    .getByRole('link', { name: '一支队' });
  await squad.click();
  await page.getByText('=1+1 <b>丁一</b>').waitFor();
  await page.getByRole('textbox', { name: '日期' }).fill('2020-01-01');
  await page.getByText('该单位没有人员。').waitFor();
  await shot(page, 'machine-unit-zh-CN');
  await expectAccessible(page);
  await page.getByLabel('上级单位').selectOption({ label: '最上级' });
  await page.getByRole('button', { name: '调整' }).click();
  await expect.poll(async () => (await page.locator('header p').first().textContent()) ?? '').toBe('一支队');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoOverflow(page);
  }
  await expectClean(seen);
});

it('verification reads everything again and tells that it is as it was sealed; a number that is none is refused in words', async () => {
  const seen = await browserOf('auditor');
  const { page } = seen;
  await open(page, '/verify');
  await page.getByRole('button', { name: '开始核验' }).click();
  await page.getByText(/均与封存时一致|处不一致/).waitFor();
  await shot(page, 'machine-verify-zh-CN');
  await expectAccessible(page);
  await page.getByLabel('单个录像').fill('rec-none');
  await page.getByRole('button', { name: '开始核验' }).click();
  await page.getByRole('alert').waitFor();
  await expectClean(seen);
});

it('slots are learnt by plugging one after another, and nothing is taken in meanwhile', async () => {
  const home = await temporaryDirectory();
  const [state, dock] = [join(home.path, 's'), join(home.path, 'dock')];
  await mkdir(dock, { recursive: true });
  const { child, address } = await runStation(state, { EVIDOCK_DOCK_WATCH: dock, EVIDOCK_ARCHIVE_KIND: 'none' });
  try {
    const { cards } = station();
    const plug = async (name: string) => {
      await cp(join(cards, 'gat947'), join(dock, `.${name}`), { recursive: true, preserveTimestamps: true });
      await rename(join(dock, `.${name}`), join(dock, name));
    };
    await control(state, 'POST', '/users', { account: 'machine', name: '孙浩', roles: ['system-administrator'] });
    await control(state, 'PUT', '/accounts/machine/password', { password: 'willow kettle machine stamp' });
    const seen = await browserOf(null, { address });
    const { page, context } = seen;
    const answer = await context.request.post('/api/v1/session', {
      data: { account: 'machine', password: 'willow kettle machine stamp' },
      headers: { origin: address },
    });
    expect(answer.ok()).toBe(true);
    await open(page, '/admin/slots');
    await page.getByText('尚无已编号的采集口').waitFor();
    await page.getByRole('button', { name: '逐个插入登记编号' }).click();
    await page.getByLabel('下一个采集口编号').fill('7');
    await page
      .getByText(/采集口 7/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await plug('one');
    await page
      .getByText(/采集口 8/)
      .first()
      .waitFor();
    await plug('two');
    await page
      .getByText(/采集口 9/)
      .first()
      .waitFor();
    await shot(page, 'machine-slots-learning-zh-CN');
    // A number is not taken from a slot in which a recorder is docked.
    for (const name of ['one', 'two']) await rm(join(dock, name), { recursive: true });
    await page.getByRole('button', { name: '完成' }).click();
    expect((await control<{ items: unknown[] }>(state, 'GET', '/recordings')).items).toEqual([]);
    const numbers = async () => (await control<{ items: { slot: number }[] }>(state, 'GET', '/slots')).items.map(({ slot }) => slot).sort();
    expect(await numbers()).toEqual([7, 8]);
    await page.getByRole('row').filter({ hasText: '/two' }).getByRole('button', { name: '改号' }).click();
    await page.getByRole('dialog').getByLabel('采集口').fill('12');
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await numbers()).toEqual([12, 7]);
    await shot(page, 'machine-slots-zh-CN');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoOverflow(page);
    }
    await expectClean(seen);
  } finally {
    await endStation(child);
    await home.remove();
  }
});
