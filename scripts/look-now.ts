import { chromium } from 'playwright-core';
import { startConsoleStation } from '../test/console/support/station.ts';
const { station, stop } = await startConsoleStation();
try {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu'] });
  const visit = async (role: 'custodian' | 'auditor' | 'officer' | 'reviewer', paths: Record<string, string>, language = 'zh-CN', dark = false) => {
    const context = await browser.newContext({ baseURL: station.address, viewport: { width: 1280, height: 800 }, colorScheme: dark ? 'dark' : 'light' });
    await context.addInitScript(`localStorage.setItem('evidock-language', '${language}')`);
    await context.request.post('/api/v1/session', { data: { account: `demo-${role}`, password: station.passwords[role] }, headers: { origin: station.address } });
    const page = await context.newPage();
    await page.route(/\/api\/v1\/dockings/, async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      for (const each of json.items ?? [json]) if ('batteryPercent' in each) each.batteryPercent = 23;
      await route.fulfill({ response, json });
    });
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForTimeout(2500);
      await page.screenshot({ path: `/tmp/look-${name}.png` });
    }
    return { page, context };
  };
  const custodian = await visit('custodian', { recorders: '/recorders' });
  const { items } = await (await custodian.context.request.get('/api/v1/dockings')).json();
  const docking = items[0];
  await visit('custodian', { docking: `/intake/${docking.id}`, recorder: `/recorders/${encodeURIComponent(docking.recorderSerial ?? '')}`, shifts: '/shifts', recordings: '/recordings' });
  await visit('auditor', { search: '/search', log: '/access-log?since=2026-11-01', reports: '/reports', sampling: '/sampling' });
  const officer = await visit('officer', { mine: '/mine' }, 'en', true);
  void officer;
  const auditor = await visit('auditor', { search2: '/search' });
  await auditor.page.getByLabel('起始日期').fill('2026年6月31日');
  await auditor.page.getByLabel('截止日期（不含）').fill('2026/7/1');
  await auditor.page.getByLabel('地点').focus();
  await auditor.page.waitForTimeout(500);
  await auditor.page.screenshot({ path: '/tmp/look-day-wrong.png' });
  await browser.close();
} finally { await stop(); }
