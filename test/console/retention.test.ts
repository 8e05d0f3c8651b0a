/*
 * Goal: a custodian, an auditor, a reviewer and the administrators do what retention asks of them in a browser: duties, the schedule, holds, disposal and storage; what one
 * person may not do alone is refused in words. Method: Chromium on a station with real footage and a schedule in force; nothing is destroyed here (test/disposal does that).
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { browserOf, expectAccessible, expectClean, expectNoOverflow, open, shot, textsOf, useBrowser } from './support/browser.ts';
import { station } from './support/own-station.ts';
import { control } from './support/running-station.ts';
import { SCHEDULE } from './support/schedule.ts';
import { CASE, OFFICER } from './support/station.ts';

useBrowser();

const HAN = /\p{Script=Han}/u;

/** At three widths nothing reaches out of the window, and axe finds nothing serious at the widest. */
async function judged(page: Page, name: string): Promise<void> {
  await shot(page, `retention-${name}`);
  await expectAccessible(page);
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoOverflow(page);
    if (width === 390) await shot(page, `retention-${name}-390`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** What the station tells a page of names (people, titles, units) is in the language of who typed it. */
async function expectEnglish(page: Page, names: readonly string[]): Promise<void> {
  const left = (await textsOf(page)).filter((text) => HAN.test(names.reduce((rest, name) => rest.replaceAll(name, ''), text)));
  expect(left).toEqual([]);
}

const NAMES = ['王敏', '李文博', '陈立新', '赵国强', '孙浩', '周静', '执法一大队', '占道经营检查', '法院调取函〔2026〕77 号', '判决已生效'];

it('a custodian sees what is overdue first, opens one duty, and acknowledges it with a reason by keyboard', async () => {
  const { state } = station();
  const seen = await browserOf('custodian');
  const { page } = seen;
  await expect
    .poll(async () => (await control<{ items: unknown[] }>(state, 'GET', '/duties?kind=late-docked&state=open')).items.length, {
      timeout: 90_000,
    })
    .toBeGreaterThan(0);
  await open(page, '/duties?kind=late-docked&state=open');
  const first = page.getByRole('link', { name: '入站迟交' }).or(page.locator('tbody a[href^="/duties/"]')).first();
  await first.waitFor();
  await judged(page, 'duties-zh-CN');
  await first.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '为什么要处理' }).waitFor();
  const reason = page.getByLabel(/原因或正在采取的措施/);
  await reason.focus();
  await page.keyboard.type('执法人员在外地参加专项行动，次日方返回');
  await judged(page, 'duty-zh-CN');
  await page.getByRole('button', { name: '提交答复' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('已答复，理由已记入保管链。').waitFor();
  await page.locator('dd', { hasText: '李文博' }).waitFor();
  await page.locator('dd', { hasText: '次日方返回' }).waitFor();
  await shot(page, 'retention-duty-answered-zh-CN');
  await page.goBack();
  await page.waitForURL(/\/duties\?kind=late-docked/);
  await expectClean(seen);
}, 180_000);

it('a hold is set with its reach in sight, its author is refused in words, and an auditor releases it with a reason', async () => {
  const custodian = await browserOf('custodian');
  const { page } = custodian;
  await open(page, '/holds');
  await page.getByText('没有法律保全').or(page.locator('tbody tr').first()).waitFor();
  await judged(page, 'holds-empty-zh-CN');
  await page.getByRole('link', { name: '设置保全' }).click();
  // A custodian holds what their unit has; a case may reach beyond it, and is held by an auditor.
  await page.getByLabel('执法证号').fill(OFFICER);
  await page.getByText(/目前 \d+ 条录像/).waitFor();
  await page.getByLabel(/^事由/).fill('法院调取函〔2026〕77 号');
  await page.getByLabel(/^复核日期/).fill(daysAhead(60));
  await judged(page, 'hold-new-zh-CN');
  await page.getByRole('button', { name: '设置保全' }).click();
  await page.getByRole('heading', { level: 1, name: new RegExp(OFFICER) }).waitFor();
  await page
    .getByText(/涵盖 \d+ 条录像/)
    .first()
    .waitFor();
  const address = new URL(page.url()).pathname;
  await judged(page, 'hold-zh-CN');
  // Who set it has no task of releasing; the button is not there.
  expect(await page.getByRole('button', { name: '解除保全' }).count()).toBe(0);
  await expectClean(custodian);
  const auditor = await browserOf('auditor', { language: 'en', dark: true });
  await open(auditor.page, address);
  await auditor.page.getByText('History').waitFor();
  await expectEnglish(auditor.page, NAMES);
  await auditor.page.getByRole('button', { name: 'Release the hold' }).click();
  await auditor.page.getByLabel(/Reason/).fill('判决已生效');
  await shot(auditor.page, 'retention-hold-release-dark-en');
  await expectAccessible(auditor.page);
  await auditor.page.getByRole('dialog').getByRole('button', { name: 'Release the hold' }).click();
  await auditor.page.getByText('The hold is released; nothing was deleted.').waitFor();
  await auditor.page.getByText('released', { exact: true }).first().waitFor();
  await shot(auditor.page, 'retention-hold-released-dark-en');
  // An auditor's own hold is another person's to release.
  await open(auditor.page, '/holds/new');
  await auditor.page.getByLabel('Officer').fill(OFFICER);
  await auditor.page.getByLabel(/^Reason/).fill('complaint 9');
  await auditor.page.getByLabel(/^Review date/).fill(daysAhead(30));
  await auditor.page.getByRole('button', { name: 'Set the hold' }).click();
  await auditor.page.getByRole('button', { name: 'Release the hold' }).click();
  await auditor.page.getByLabel(/Reason/).fill('not needed');
  await auditor.page.getByRole('dialog').getByRole('button', { name: 'Release the hold' }).click();
  await auditor.page.getByRole('dialog').getByRole('alert').waitFor();
  expect(await auditor.page.getByLabel(/Reason/).inputValue()).toBe('not needed');
  await shot(auditor.page, 'retention-hold-own-dark-en');
  const own = new URL(auditor.page.url()).pathname.replace('/holds/', '');
  await expectClean(auditor);
  // Another person releases it, so that the tests below have recordings that no hold covers.
  const reviewer = await browserOf('reviewer');
  const released = await reviewer.context.request.post(`/api/v1/holds/${own}/release`, {
    data: { reason: 'the complaint was withdrawn' },
    headers: { origin: station().address },
  });
  expect(released.ok(), await released.text()).toBe(true);
  await expectClean(reviewer);
}, 240_000);

it('a schedule is handed in, tried on every recording beside the one in force, and adopted by whoever sees its digest', async () => {
  const { state } = station();
  const custodian = await browserOf('custodian');
  const { page } = custodian;
  await open(page, '/retention');
  await page.getByText('依据待补').first().waitFor();
  await judged(page, 'schedule-zh-CN');
  await page.getByRole('link', { name: '各版与提案' }).click();
  await page.getByLabel(/^期限表内容/).fill('format: nothing');
  await page.getByRole('button', { name: '检查并提出' }).click();
  await page.getByRole('alert').waitFor();
  await shot(page, 'retention-propose-refused-zh-CN');
  await page.getByLabel(/^期限表内容/).fill(SCHEDULE.replace('minimum: P30D', 'minimum: P90D').replace('三十日', '九十日'));
  await judged(page, 'versions-zh-CN');
  await page.getByRole('button', { name: '检查并提出' }).click();
  await page.getByRole('heading', { level: 1, name: /保存期限表第 \d+ 版/ }).waitFor();
  const address = new URL(page.url()).pathname;
  await page.getByRole('button', { name: '用全部录像试算' }).click();
  await page.getByRole('heading', { name: '试算结果' }).waitFor();
  await page.getByText('minimum: P90D').first().waitFor();
  await judged(page, 'dry-run-zh-CN');
  await expectClean(custodian);
  const keys = await browserOf('security-administrator', { language: 'en' });
  await open(keys.page, address);
  await keys.page.getByRole('heading', { name: 'What the trial found' }).waitFor();
  const { dryRun } = await control<{ dryRun: { digest: string } }>(state, 'GET', `/retention/schedules/${address.split('/').at(-1)}`);
  await keys.page.getByText(dryRun.digest).first().waitFor();
  expect(await keys.page.getByRole('button', { name: 'Adopt' }).isDisabled()).toBe(true);
  await keys.page.getByLabel(/I have read the result/).check();
  await shot(keys.page, 'retention-adopt-en');
  await expectAccessible(keys.page);
  await keys.page.getByRole('button', { name: 'Adopt' }).click();
  await keys.page.getByText('Adopted; it comes into force after its waiting period.').waitFor();
  await shot(keys.page, 'retention-adopted-en');
  // It is taken back again, so that the station keeps the schedule that other tests know.
  await keys.page.getByRole('button', { name: 'Refuse' }).click();
  await keys.page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
  await keys.page
    .getByText('taken back', { exact: true })
    .or(keys.page.getByText('refused', { exact: true }))
    .first()
    .waitFor();
  await expectClean(keys);
}, 240_000);

it('a list goes from its proposal over an exclusion to the second approval, and is ended by a reviewer; each step stands in words', async () => {
  const { state } = station();
  const custodian = await browserOf('custodian');
  const { page } = custodian;
  await expect.poll(async () => (await control<{ stale: number }>(state, 'GET', '/retention')).stale, { timeout: 60_000 }).toBe(0);
  await open(page, '/disposals');
  await shot(page, 'retention-disposals-zh-CN');
  await page.getByRole('button', { name: '提出销毁清单' }).click();
  await shot(page, 'retention-disposal-propose-zh-CN');
  await page.getByRole('dialog').getByRole('button', { name: '提出销毁清单' }).click();
  await page.getByRole('heading', { level: 1, name: /销毁清单：\d+ 条录像/ }).waitFor();
  const address = new URL(page.url()).pathname;
  await page.getByRole('link', { name: /^rec-/ }).first().waitFor();
  await judged(page, 'disposal-zh-CN');
  expect(await page.getByRole('button', { name: '审批同意' }).count()).toBe(0);
  await page.getByRole('button', { name: '剔除' }).first().click();
  await page.getByLabel(/理由/).fill('信访正在办理');
  await page.getByRole('dialog').getByRole('button', { name: '剔除' }).click();
  await page.getByText('已剔除，清单须重新审批。').waitFor();
  await page.getByText(/信访正在办理/).waitFor();
  const reviewer = await browserOf('reviewer', { language: 'en' });
  await open(reviewer.page, address);
  await reviewer.page.getByText('waits for another person of another role').waitFor();
  await expectEnglish(reviewer.page, [...NAMES, '信访正在办理']);
  await reviewer.page.getByLabel(/I have reviewed the list/).check();
  await shot(reviewer.page, 'retention-disposal-approve-en');
  await reviewer.page.getByRole('button', { name: 'Approve' }).click();
  await reviewer.page.getByText('nothing is destroyed before').first().waitFor();
  await shot(reviewer.page, 'retention-disposal-approved-en');
  await expectAccessible(reviewer.page);
  // The page of the proposer follows by itself. Before the waiting period is over the station refuses to run it, in words.
  await page.getByText('此前不销毁任何录像').waitFor();
  await page.getByRole('button', { name: '执行销毁' }).click();
  await page.getByRole('button', { name: '确认销毁' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await shot(page, 'retention-disposal-run-refused-zh-CN');
  await expectAccessible(page);
  await expectClean(custodian);
  await reviewer.page.getByRole('button', { name: 'Cancel the list' }).click();
  await reviewer.page.getByLabel(/Reason/).fill('a complaint came in');
  await reviewer.page.getByRole('dialog').getByRole('button', { name: 'Cancel the list' }).click();
  await reviewer.page.getByText('Cancelled; the recordings stay.').waitFor();
  await shot(reviewer.page, 'retention-disposal-cancelled-en');
  await expectClean(reviewer);
}, 180_000);

it('one recording is explained rule by rule, a correction is proposed by one and decided by another, and storage tells what it can promise', async () => {
  const { state } = station();
  const { items } = await control<{ items: { id: string }[] }>(state, 'GET', `/recordings?case=${CASE}`);
  const id = items[0]?.id ?? expect.fail('no recording of the case');
  const custodian = await browserOf('custodian');
  await open(custodian.page, `/retention/explain/${id}`);
  await custodian.page.getByRole('heading', { name: '逐条说明' }).waitFor();
  await judged(custodian.page, 'explain-zh-CN');
  await custodian.page.getByRole('link', { name: '提出更正' }).click();
  await custodian.page.getByLabel(/差错所在/).fill('关联了另一天的案件');
  await custodian.page.getByRole('button', { name: '提出更正' }).click();
  await custodian.page.getByRole('alert').or(custodian.page.getByText('已提出，由审批人决定。')).first().waitFor();
  await judged(custodian.page, 'corrections-zh-CN');
  await expectClean(custodian);
  const system = await browserOf('system-administrator');
  await open(system.page, '/storage');
  await system.page.getByRole('heading', { name: '重读核对' }).waitFor();
  await judged(system.page, 'storage-zh-CN');
  await system.page.getByRole('button', { name: '立即重读' }).first().click();
  await system.page.getByText('已下达。').waitFor();
  await system.page.getByRole('button', { name: '立即比对' }).click();
  await system.page.getByText('比对完成。').waitFor();
  await expectClean(system);
  const auditor = await browserOf('auditor', { language: 'en' });
  for (const path of ['/duties', '/retention', '/retention/schedules', '/holds', '/disposals', `/retention/explain/${id}`, '/storage']) {
    await open(auditor.page, path);
    await expect.poll(() => auditor.page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(0);
    await expectEnglish(auditor.page, NAMES);
  }
  await expectClean(auditor);
}, 180_000);

function daysAhead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
