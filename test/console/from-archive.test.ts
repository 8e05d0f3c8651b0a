/*
 * Goal: what the vault has given up plays in the browser from the archive: picture by picture, and with the look on record before the first byte.
 * Method: a station of its own on a real RGW, which is told to keep nothing in its vault once it is archived; the numbers in the pictures are read back from a canvas.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { temporaryDirectory } from '#test/support/evidock';
import { browserOf, expectClean, open, shot, useChromium } from './support/browser.ts';
import { CAMERAS, numberedCase, numbersOn } from './support/numbered-card.ts';
import { control, endStation, runStation } from './support/running-station.ts';

useChromium();

const PASSWORD = 'willow kettle film stamp';

let rgw: Rgw;
beforeAll(async () => {
  rgw = await startRgw();
}, 120_000);
afterAll(() => rgw.stop(), 60_000);

interface Shown {
  readonly derivatives: readonly { readonly kind: string; readonly evictedAt: string | null }[];
}

it('a film that only the archive holds plays from there, with the look on record first', async () => {
  const home = await temporaryDirectory();
  const [state, dock] = [join(home.path, 's'), join(home.path, 'dock')];
  await mkdir(dock, { recursive: true });
  const settings = {
    ...{ EVIDOCK_DOCK_WATCH: dock, EVIDOCK_ARCHIVE_KIND: 's3', EVIDOCK_ARCHIVE_S3_UNLOCKED: 'accepted-without-versions' },
    ...{ EVIDOCK_STATION_ID: 'away1', EVIDOCK_ARCHIVE_S3_ENDPOINT: rgw.endpoint, EVIDOCK_ARCHIVE_S3_BUCKET: rgw.bucket },
    ...{ EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID: rgw.accessKeyId, EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: rgw.secretAccessKey },
    ...{ EVIDOCK_SCRUB_ON: 'false' },
  };
  let station = await runStation(state, settings);
  try {
    await control(state, 'POST', '/users', { account: 'auditor', name: '陈立新', roles: ['auditor'] });
    await control(state, 'PUT', '/accounts/auditor/password', { password: PASSWORD });
    const films = await numberedCase({ dock, state });
    await endStation(station.child);
    const evicting = { EVIDOCK_EVICTION_HIGH_WATER: '1', EVIDOCK_EVICTION_LOW_WATER: '0', EVIDOCK_EVICTION_EVERY_SECONDS: '1' };
    station = await runStation(state, { ...settings, ...evicting });
    const [camera] = CAMERAS;
    const id = films.get(camera?.officer ?? '')?.id ?? expect.fail('no film');
    const away = async () => {
      const { derivatives } = await control<Shown>(state, 'GET', `/recordings/${id}`);
      return derivatives.find(({ kind }) => kind === 'playable')?.evictedAt ?? null;
    };
    await expect.poll(away, { timeout: 120_000, interval: 300 }).not.toBeNull();

    const seen = await browserOf(null, { address: station.address });
    const { page, context } = seen;
    const data = { account: 'auditor', password: PASSWORD };
    await context.request.post('/api/v1/session', { data, headers: { origin: station.address } });
    await open(page, `/recordings/${id}/play?t=4`);
    await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
    const played = page.waitForRequest((request) => request.url().includes('/playback?'));
    await page.getByRole('button', { name: '确认并调阅' }).click();
    expect(new URL((await played).url()).searchParams.get('from')).toBe('archive');
    const rate = camera?.rate ?? 0;
    const number = async () => (await numbersOn(page))[0]?.number ?? null;
    await expect.poll(number).toBe((4 * rate) % 256);
    await page.keyboard.press('.');
    await expect.poll(number).toBe((4 * rate + 1) % 256);
    await page.keyboard.press('k');
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 5);
    await shot(page, 'player-from-archive-zh-CN');
    const looks = await control<{ items: object[] }>(state, 'GET', `/audit?recording=${id}&type=recording.viewed`);
    expect(looks.items.length).toBeGreaterThan(0);
    await expectClean(seen);
  } finally {
    await endStation(station.child);
    await home.remove();
  }
}, 400_000);
