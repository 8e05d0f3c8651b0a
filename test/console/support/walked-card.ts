import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gpxOf, type MadeFix, nmeaOf, ride } from '#test/support/card/made-tracks';
import { runProgram } from '#test/support/evidock';
import { dockCard, filmsOf, isReady } from './case-card.ts';
import { control } from './running-station.ts';
import type { ConsoleStation } from './station.ts';

/** A recorder of the case, and the way of who wore it. */
interface Walker {
  readonly officer: string;
  readonly name: string;
  readonly serial: string;
  readonly track: 'NMEA' | 'GPX' | null;
  readonly fixes: readonly MadeFix[];
}

export const WALK_CASE = 'LY-2026-0778';
const DAY = '2026-06-21';
/** Wall clock of the station, which is UTC+8. */
const START = `${DAY}T14:00:00`;
export const BEGIN_MS = Date.parse(`${START}+08:00`);
const SECONDS = 90;

const leg = (course: number, seconds: number, speed: number) => ({ course, seconds, speed });
const ON_FOOT = ride({ atMs: BEGIN_MS, latitude: 34.6197, longitude: 112.4531 }, [
  ...[leg(12, 22, 2.6), leg(28, 8, 2.4), leg(96, 24, 2.8), leg(110, 6, 1.2), leg(188, 18, 2.7), leg(150, 12, 2.5)],
]);
const IN_A_CAR = ride({ atMs: BEGIN_MS + 5000, latitude: 34.6221, longitude: 112.4578 }, [
  ...[leg(268, 18, 8.5), leg(250, 5, 7), leg(186, 20, 8), leg(170, 6, 6), leg(94, 20, 7.5), leg(60, 12, 6)],
]);
/** What receivers write as well: nothing known, and a place in the next city. */
const FAULTS = [
  { atMs: BEGIN_MS + 30_500, latitude: 0, longitude: 0 },
  { atMs: BEGIN_MS + 41_500, latitude: 34.75, longitude: 113.62 },
];
const WALKERS: readonly Walker[] = [
  { officer: '041911', name: '赵敏', serial: 'DSJ0060001', track: 'NMEA', fixes: ON_FOOT },
  {
    officer: '041912',
    name: '马建国',
    serial: 'DSJ0060002',
    track: 'GPX',
    fixes: [...IN_A_CAR, ...FAULTS].sort((a, b) => a.atMs - b.atMs),
  },
  { officer: '041913', name: '孙丽', serial: 'DSJ0060003', track: null, fixes: [] },
];

/** Docks a card with three recorders, two of them with a track, and puts their films into a case; ids by officer. What is there already is taken. */
export async function walkedCase({ dock, state }: Pick<ConsoleStation, 'dock' | 'state'>): Promise<ReadonlyMap<string, string>> {
  const known = await filmsOf(state, WALKERS);
  const write = async (folder: string) => {
    for (const walker of WALKERS) await film(walker, folder);
  };
  const films = isReady(known, WALKERS)
    ? known
    : await dockCard({ dock, state }, { docked: 'walked', folder: join('DCIM', DAY.replaceAll('-', '')), wearers: WALKERS, write });
  const about = { number: WALK_CASE, title: '人民路巡查', category: 'inspection', stage: 'evidence', update: true };
  await control(state, 'POST', '/cases', about);
  for (const { id } of films.values()) await control(state, 'PATCH', `/recordings/${id}`, { cases: [WALK_CASE] });
  return new Map([...films].map(([officer, { id }]) => [officer, id]));
}

async function film({ officer, serial, track, fixes }: Walker, folder: string): Promise<void> {
  const stem = join(folder, `${serial}_${officer}_${START.replace(/\D/g, '')}_0001`);
  const source = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=5:duration=${SECONDS}`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=330:sample_rate=16000:duration=${SECONDS}`];
  const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '5', '-c:a', 'aac', '-shortest'];
  const made = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...source, ...sound, ...coded, `${stem}.MP4`]);
  if (made.status !== 0) throw new Error(made.stderr);
  if (track !== null) await writeFile(`${stem}.${track}`, track === 'NMEA' ? nmeaOf(fixes) : gpxOf(fixes));
}
