/**
 * Measures how soon a film of two hours and 5 GB begins and where it is sought, in Chromium at a station of its own: from the vault, and from a real RGW once the vault has given it up.
 * usage: node scripts/long-film.ts [MINUTES]      needs 40 GB in the temporary directory.
 * Marks (issue of the console): begins within 1 s, a place within 0.5 s.
 */
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { startRgw } from '#test/support/archive/rgw';
import { runProgram } from '#test/support/evidock';
import { control, endStation, runStation } from '../test/console/support/running-station.ts';
import { buildPages } from '../test/console/support/station.ts';

const minutes = Number(process.argv[2] ?? 120);
const ROUNDS = 9;
const BITS = 5_500_000;
const READY_MS = 3_600_000;
const PASSWORD = 'willow kettle film stamp';

interface Found {
  readonly id: string;
  readonly state: string;
  readonly durationMs: number | null;
  readonly derivatives: readonly { readonly kind: string; readonly bytes: number; readonly evictedAt: string | null }[];
}

const home = await mkdtemp(join(tmpdir(), 'evidock-long-film-'));
const [state, dock] = [join(home, 's'), join(home, 'dock')];
await mkdir(dock, { recursive: true });
await buildPages();
const rgw = await startRgw({ store: 'bluestore' });
const settings = {
  ...{ EVIDOCK_DOCK_WATCH: dock, EVIDOCK_ARCHIVE_KIND: 's3', EVIDOCK_ARCHIVE_S3_UNLOCKED: 'accepted-without-versions' },
  ...{ EVIDOCK_STATION_ID: 'film1', EVIDOCK_ARCHIVE_S3_ENDPOINT: rgw.endpoint, EVIDOCK_ARCHIVE_S3_BUCKET: rgw.bucket },
  ...{ EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID: rgw.accessKeyId, EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: rgw.secretAccessKey },
  ...{ EVIDOCK_HTTP_FOOTAGE_PER_MINUTE: '6000', EVIDOCK_SCRUB_ON: 'false', EVIDOCK_INTAKE_SM3: 'false' },
};
let station = await runStation(state, settings);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'],
});
try {
  await control(state, 'POST', '/users', { account: 'auditor', name: '陈立新', roles: ['auditor'] });
  await control(state, 'PUT', '/accounts/auditor/password', { password: PASSWORD });
  await dockFilm();
  const film = await until('archived', ({ state: at }) => at === 'archived');
  const playable = film.derivatives.find(({ kind }) => kind === 'playable');
  console.log(
    `a film of ${Math.round((film.durationMs ?? 0) / 60_000)} min, its playable copy ${((playable?.bytes ?? 0) / 1e9).toFixed(1)} GB`,
  );
  await measure('from the vault', film.id);
  await endStation(station.child);
  station = await runStation(state, {
    ...settings,
    ...{ EVIDOCK_EVICTION_HIGH_WATER: '1', EVIDOCK_EVICTION_LOW_WATER: '0', EVIDOCK_EVICTION_EVERY_SECONDS: '1' },
  });
  await until('out of the vault', ({ derivatives }) =>
    derivatives.some(({ kind, evictedAt }) => kind === 'playable' && evictedAt !== null),
  );
  await measure('from RGW', film.id);
} finally {
  await browser.close();
  await endStation(station.child);
  await rgw.stop();
  await rm(home, { recursive: true, force: true });
}

/** A minute of moving picture and noise, joined to itself as often as it takes. */
async function dockFilm(): Promise<void> {
  const minute = join(home, 'minute.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25,noise=alls=20:allf=t', '-f', 'lavfi', '-i', 'sine=frequency=440'];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', String(BITS), '-maxrate', String(BITS), '-bufsize', String(BITS)];
  await ffmpeg([...picture, ...coded, '-pix_fmt', 'yuv420p', '-g', '50', '-c:a', 'aac', '-t', '60', minute]);
  await writeFile(join(home, 'list'), `file '${minute}'\n`.repeat(minutes));
  const card = join(dock, '.film');
  await mkdir(join(card, 'DCIM/20260621'), { recursive: true });
  const path = join(card, 'DCIM/20260621/DSJ0050009_041234_20260621100000_0001.MP4');
  await ffmpeg(['-f', 'concat', '-safe', '0', '-i', join(home, 'list'), '-c', 'copy', path]);
  console.log(`docked: ${((await stat(path)).size / 1e9).toFixed(1)} GB`);
  await rename(card, join(dock, 'film'));
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const made = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { timeoutMs: READY_MS });
  if (made.status !== 0) throw new Error(made.stderr);
}

async function until(what: string, is: (film: Found) => boolean): Promise<Found> {
  const endMs = Date.now() + READY_MS;
  for (;;) {
    const { items } = await control<{ items: Found[] }>(state, 'GET', '/recordings');
    const film = items.find(({ derivatives }) => derivatives.some(({ kind }) => kind === 'playable'));
    if (film && is(film)) return film;
    if (Date.now() > endMs) throw new Error(`not ${what} in time: ${JSON.stringify(items)}`);
    await sleep(500);
  }
}

async function measure(where: string, id: string): Promise<void> {
  const context = await browser.newContext({ baseURL: station.address, viewport: { width: 1280, height: 800 } });
  const data = { account: 'auditor', password: PASSWORD };
  await context.request.post('/api/v1/session', { data, headers: { origin: station.address } });
  const page = await context.newPage();
  const [begins, seeks]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.goto(`/recordings/${id}/play`);
    await page.getByRole('combobox', { name: '事由' }).selectOption('supervision');
    const first = pictureAfter(page, null);
    await page.getByRole('button', { name: '确认并调阅' }).click();
    begins.push(await first);
    seeks.push(await pictureAfter(page, (round + 0.5) / ROUNDS));
  }
  console.log(`${where}: begins after ${said(begins)}; a place after ${said(seeks)}`);
  await context.close();
}

/** From the click, or from the move of the slider to this share of the film, until a picture of there is shown, ms. */
function pictureAfter(page: Page, share: number | null): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        let beganMs = 0;
        let fromS = 0;
        const shown = (_: number, { mediaTime }: VideoFrameCallbackMetadata) => {
          if (mediaTime >= fromS) resolve(performance.now() - beganMs);
          else document.querySelector('video')?.requestVideoFrameCallback(shown);
        };
        const look = () => {
          const video = document.querySelector('video');
          if (video && beganMs > 0) video.requestVideoFrameCallback(shown);
          else setTimeout(look, 1);
        };
        if (wanted === null) addEventListener('click', () => (beganMs ||= performance.now()), { capture: true, once: true });
        else {
          const slider = document.querySelector<HTMLInputElement>('input[type=range]');
          if (!slider) throw new Error('no slider');
          const value = Math.round(Number(slider.max) * wanted);
          // A seek goes to the picture before the place, a whole group of pictures at most.
          fromS = value / 1000 - 2;
          Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(slider, String(value));
          beganMs = performance.now();
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }
        look();
      }),
    share,
  );
}

function said(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `median ${Math.round(sorted[sorted.length >> 1] ?? 0)} ms, worst ${Math.round(sorted.at(-1) ?? 0)} ms`;
}
