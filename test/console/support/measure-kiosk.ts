import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { pairingCode, startKioskStation } from './kiosk-station.ts';
import { control } from './running-station.ts';

/*
 * Measures the screen at the slots: the memory of its renderer after a month of events that is told within minutes, and the processor that it takes when nothing happens. Not part
 * of the tests: it takes ten minutes. usage: node test/console/support/measure-kiosk.ts [DAYS]
 * Marks (issue of the console): 150 MB PSS, 5 % of a core.
 */

const days = Number(process.argv[2] ?? 30);
const SLOTS = 8;
/** Of each slot, each day. */
const DOCKINGS = 2;
/** Changes that the station tells of one docking while it is copied. */
const CHANGES = 200;
const BEATS_A_DAY = 57_600;
const BATCHES_A_DAY = 24;
const IDLE_S = 60;
const TICKS_PER_S = 100;

const station = await startKioskStation();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--mute-audio', '--disable-gpu'],
});
try {
  for (let slot = 1; slot <= SLOTS; slot += 1) await control(station.state, 'PUT', `/slots/${slot}`, { port: `/ports/${slot}` });
  const context = await browser.newContext({ baseURL: station.address, viewport: { width: 1280, height: 800 } });
  await context.request.post('/api/v1/kiosks/pairing', {
    data: { code: await pairingCode(station.state) },
    headers: { origin: station.address },
  });
  const page = await context.newPage();
  await page.goto('/kiosk');
  await page.locator('time[data-live="true"]').waitFor();
  await sleep(5000);
  const cdp = await browser.newBrowserCDPSession();
  const before = await cpuSeconds(cdp);
  await sleep(IDLE_S * 1000);
  const after = await cpuSeconds(cdp);
  for (const type of Object.keys(after).sort())
    console.log(`idle ${type}: ${((((after[type] ?? 0) - (before[type] ?? 0)) / IDLE_S) * 100).toFixed(1)} % of a core`);
  await page.close();
  await month(browser, cdp);
} finally {
  await browser.close();
  await station.stop();
}

/** The same page, whose stream of events is spoken by this program: a month of them comes in minutes. */
async function month(of: Browser, cdp: CDPSession): Promise<void> {
  const context = of.contexts()[0];
  if (!context) throw new Error('no context');
  const page = await context.newPage();
  await page.addInitScript(() => {
    class Spoken extends EventTarget {
      onerror = null;
      constructor() {
        super();
        Object.assign(window, { spoken: this });
      }
      close(): void {}
    }
    Object.assign(window, { EventSource: Spoken });
  });
  await page.goto('/kiosk');
  await page.waitForFunction(() => 'spoken' in window);
  await speak(page, 0);
  console.log(`renderer before: ${(await rendererPssMb(cdp)).toFixed(0)} MB PSS`);
  const began = performance.now();
  for (let day = 1; day <= days; day += 1) {
    await speak(page, day);
    if (day % 5 === 0) console.log(`renderer after day ${day}: ${(await rendererPssMb(cdp)).toFixed(0)} MB PSS`);
  }
  console.log(`${days} days in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** Tells a day: beats, and dockings from arrival to removal in every slot. */
async function speak(page: Page, day: number): Promise<void> {
  await page.evaluate(
    async ({ slots, dockings, changes, beats, batches, day: of }) => {
      const source = (window as unknown as { spoken: EventTarget }).spoken;
      const tell = (type: string, data: unknown) => source.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
      const base = (slot: number) => ({
        ...{ slot, phase: 'empty', dockingId: null, recorderSerial: null, officerId: null, waiting: null, first: false, warning: null },
        ...{ problem: null, filesListed: 0, filesSealed: 0, filesRefused: 0, bytesListed: 0, bytesCopied: 0, bytesPerSecond: 0 },
        ...{ secondsLeft: null, updatedAt: null },
      });
      const all = Array.from({ length: slots }, (_, place) => base(place + 1));
      tell('slots', all);
      const steps = dockings * (changes + 4);
      for (let batch = 0; batch < batches; batch += 1) {
        for (let n = 0; n < beats / batches; n += 1) tell('beat', { at: '2026-06-20T16:00:00.000+08:00' });
        for (let n = Math.floor((batch * steps) / batches); n < Math.floor(((batch + 1) * steps) / batches); n += 1) {
          const at = n % (changes + 4);
          const copied = Math.max(0, Math.min(1, (at - 2) / changes));
          const phase =
            at === 0 ? 'arrived' : at === 1 ? 'listing' : at < changes + 2 ? 'copying' : at === changes + 2 ? 'safe' : 'removed';
          for (const slot of all)
            tell('slot', {
              ...slot,
              ...{ phase, dockingId: `dck-${of}-${n}`, recorderSerial: `DSJ${of}${slot.slot}`, officerId: '041234', filesListed: 42 },
              ...{
                filesSealed: Math.floor(copied * 42),
                bytesListed: 21e9,
                bytesCopied: copied * 21e9,
                bytesPerSecond: 31e6,
                secondsLeft: 300,
              },
            });
        }
        // What was told is drawn before more is told.
        await new Promise((resolve) => setTimeout(resolve, 260));
      }
    },
    { slots: SLOTS, dockings: DOCKINGS, changes: CHANGES, beats: day === 0 ? 100 : BEATS_A_DAY, batches: BATCHES_A_DAY, day },
  );
}

type Process = { readonly type: string; readonly id: number };

async function processes(cdp: CDPSession): Promise<readonly Process[]> {
  return (await cdp.send('SystemInfo.getProcessInfo')).processInfo;
}

/** Of the largest renderer: the others are spare ones of the browser. */
async function rendererPssMb(cdp: CDPSession): Promise<number> {
  const sizes = (await processes(cdp))
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1000);
  return Math.max(...sizes);
}

/** Processor time so far, by kind of process, s. */
async function cpuSeconds(cdp: CDPSession): Promise<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const { type, id } of await processes(cdp)) {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    seconds[type] = (seconds[type] ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  }
  return seconds;
}
