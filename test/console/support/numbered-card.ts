import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { runProgram } from '#test/support/evidock';
import { drawNumbers, HEIGHT, WIDTH } from '../../media/frame-numbers.ts';
import { dockCard, filmsOf, type Made } from './case-card.ts';
import { control } from './running-station.ts';
import type { ConsoleStation } from './station.ts';

/** A camera of the case: its film tells the number of each picture. */
interface Camera {
  readonly officer: string;
  readonly name: string;
  readonly serial: string;
  /** Wall clock. */
  readonly start: string;
  readonly seconds: number;
  readonly rate: number;
}

export const SYNC_CASE = 'LY-2026-0777';
export const CAMERAS: readonly Camera[] = [
  { officer: '041901', name: '阿卜杜热合曼·买买提', serial: 'DSJ0050001', start: '2026-06-21T10:00:00', seconds: 30, rate: 25 },
  { officer: '041902', name: '李静', serial: 'DSJ0050002', start: '2026-06-21T10:00:05', seconds: 30, rate: 25 },
  { officer: '041903', name: '张伟', serial: 'DSJ0050003', start: '2026-06-21T10:00:08', seconds: 24, rate: 30 },
];

/** All three film then. */
export const ALL_FILM = '2026-06-21T10:00:11+08:00';

/** Docks one card with three cameras that overlap in time, one officer each, and puts their films into a case; films by officer. What is there already is taken. `seconds`: how long each films; as CAMERAS tells if left out. */
export async function numberedCase(
  { dock, state }: Pick<ConsoleStation, 'dock' | 'state'>,
  seconds?: number,
): Promise<ReadonlyMap<string, Made>> {
  const known = await filmsOf(state, CAMERAS);
  if (known.size === CAMERAS.length && [...known.values()].every(({ playable }) => playable)) return known;
  const write = async (folder: string) => {
    for (const camera of CAMERAS) await film({ ...camera, seconds: seconds ?? camera.seconds }, folder);
  };
  const made = await dockCard({ dock, state }, { docked: 'numbered', folder: 'DCIM/20260621', wearers: CAMERAS, write });
  const events = [{ start: '2026-06-21 10:00:02', end: '2026-06-21 10:00:20', officers: ['041901'], place: '人民路与解放路交叉口' }];
  await control(state, 'POST', '/cases', {
    ...{ number: SYNC_CASE, title: '三台记录仪同步核查', category: 'inspection', stage: 'evidence', events, update: true },
  });
  for (const { id } of made.values()) await control(state, 'PATCH', `/recordings/${id}`, { cases: [SYNC_CASE] });
  return filmsOf(state, CAMERAS);
}

async function film({ officer, serial, start, seconds, rate }: Camera, folder: string): Promise<void> {
  const raw = join(tmpdir(), `numbers-${officer}-${process.pid}.raw`);
  await drawNumbers(raw, seconds * rate);
  await writeFile(join(folder, '.keep'), '');
  const picture = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`, '-r', String(rate), '-i', raw];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=${officer.slice(-3)}:sample_rate=48000`];
  const coded = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-crf',
    '12',
    '-pix_fmt',
    'yuv420p',
    '-g',
    String(rate),
    '-c:a',
    'aac',
    '-t',
    String(seconds),
  ];
  const path = join(folder, `${serial}_${officer}_${start.replace(/\D/g, '')}_0001.MP4`);
  const made = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...picture, ...sound, ...coded, path]);
  await rm(raw, { force: true });
  await rm(join(folder, '.keep'), { force: true });
  if (made.status !== 0) throw new Error(made.stderr);
}

/** What one camera on the page shows: the number in its picture, its media time (s), and the time on the wall that follows from both, ms. */
interface Shown {
  readonly serial: string;
  readonly number: number;
  readonly atS: number;
  readonly wallMs: number;
}

/** The cameras of a page by the numbers in their pictures. Throws where a picture has none. */
export async function camerasOn(page: Page): Promise<readonly Shown[]> {
  return (await numbersOn(page)).map(({ number, atS, label }) => {
    const camera = CAMERAS.find(({ serial }) => label.includes(serial));
    if (!camera || number === null) throw new Error(`no number in ${label}`);
    // Numbers begin again after 256 pictures; the clock of the film says in which turn it is.
    const turn = Math.round((atS * camera.rate - number) / 256);
    return { serial: camera.serial, number, atS, wallMs: Date.parse(`${camera.start}Z`) + ((turn * 256 + number) / camera.rate) * 1000 };
  });
}

/** How far apart cameras are, ms. */
export function spreadOf(cameras: readonly Shown[]): number {
  const walls = cameras.map(({ wallMs }) => wallMs);
  return Math.max(...walls) - Math.min(...walls);
}

/** What each film on the page shows: the number in its picture (null: none) and its media time, s. Read from a canvas, as test/media/frame-numbers.ts reads pictures. */
export function numbersOn(
  page: Page,
): Promise<readonly { readonly number: number | null; readonly atS: number; readonly label: string }[]> {
  return page.evaluate(
    ([width, height]) => {
      const mean = (data: Uint8ClampedArray, x: number, y: number) => {
        let sum = 0;
        for (let down = -3; down <= 3; down += 1)
          for (let right = -3; right <= 3; right += 1) sum += data[((y + down) * width + x + right) * 4] ?? 0;
        return sum / 49;
      };
      return [...document.querySelectorAll('video')].map((video) => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [width, height];
        const context = canvas.getContext('2d');
        context?.drawImage(video, 0, 0, width, height);
        const atS = video.currentTime;
        const data = context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
        let number: number | null = 0;
        for (let bit = 0; bit < 8 && number !== null; bit += 1) {
          const [high, low] = [mean(data, bit * 20 + 10, 12), mean(data, bit * 20 + 10, 36)];
          if (Math.abs(high - low) < 40) number = null;
          else if (high > low) number |= 1 << bit;
        }
        return { number, atS, label: video.closest('figure')?.textContent ?? '' };
      });
    },
    [WIDTH, HEIGHT] as const,
  );
}
