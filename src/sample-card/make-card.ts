import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { claimedToMs } from '#domain/time/station-time';
import { filesOf, type Layout, trackText } from './layouts.ts';
import { CardMedia } from './media.ts';

export interface CardRequest {
  /** Made if it is missing; must be empty. */
  readonly directory: string;
  readonly layout: Layout;
  readonly secondsPerClip: number;
  /** Of the layout `tiny`. */
  readonly files: number;
  readonly timezone: string;
}

/** Makes a sample recorder: a directory with real video, sound and pictures as a recorder of that layout would hold it. Returns how many files. */
export async function makeCard(request: CardRequest): Promise<number> {
  const { directory, layout } = request;
  await mustBeEmpty(directory);
  const media = new CardMedia({ secondsPerClip: request.secondsPerClip });
  const files = filesOf(layout, request.secondsPerClip);
  try {
    for (const file of files) {
      const path = join(directory, file.path);
      await mkdir(dirname(path), { recursive: true });
      const { content } = file;
      const utc = (wall: string) => new Date(claimedToMs(wall, request.timezone)).toISOString().slice(0, 19);
      if ('text' in content) await writeFile(path, content.text);
      else if ('track' in content) await writeFile(path, trackText(utc(content.track), content.seconds));
      else await media.write(content.recipe, content.variant, path);
      const time = new Date(claimedToMs(file.endedAt, request.timezone));
      await utimes(path, time, time);
    }
  } finally {
    await media.dispose();
  }
  if (layout === 'hostile') return files.length + (await addHostile(directory));
  return layout === 'tiny' ? addTiny(directory, request.files) : files.length;
}

/** Throws request.invalid, request.conflict. */
async function mustBeEmpty(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new EvidockError('request.invalid', because('thing-errno', { thing: directory, errno: errnoText(error) }), error);
  }
  if ((await readdir(directory)).length > 0) throw new EvidockError('request.conflict', because('not-empty', { thing: directory }));
}

/** What no recorder should hold, and some will. Returns how many regular files. */
async function addHostile(directory: string): Promise<number> {
  const root = Buffer.from(`${directory}/`);
  const names = [
    Buffer.from('line\nbreak.txt'),
    Buffer.from('\u202egpj.exe.txt'),
    Buffer.from([0xff, 0xfe, 0x2e, 0x74, 0x78, 0x74]),
    Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0x2e, 0x74, 0x78, 0x74]),
    Buffer.from('CASE.txt'),
    Buffer.from('case.TXT'),
    Buffer.from('..almost'),
    Buffer.from('percent%41.txt'),
    Buffer.from(`${'n'.repeat(251)}.txt`),
  ];
  for (const [place, name] of names.entries()) await writeFile(Buffer.concat([root, name]), `hostile ${place}\n`);
  await writeFile(join(directory, 'zero.mp4'), '');
  const old = join(directory, 'from-1970.txt');
  await writeFile(old, '1970\n');
  await utimes(old, 0, 0);
  const late = join(directory, 'from-2107.txt');
  await writeFile(late, '2107\n');
  await utimes(late, 4_354_819_198, 4_354_819_198);
  const sparse = await open(join(directory, 'sparse.bin'), 'w');
  await sparse.truncate(8 * 1024 * 1024);
  await sparse.close();
  await symlink('/etc/passwd', join(directory, 'link-out'));
  await symlink('.', join(directory, 'loop'));
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  const deep = join(directory, ...Array.from({ length: 20 }, (_, depth) => `d${depth}`));
  await mkdir(deep, { recursive: true });
  await writeFile(join(deep, 'too-deep.txt'), 'deep\n');
  return names.length + 5;
}

async function addTiny(directory: string, count: number): Promise<number> {
  for (let place = 0; place < count; place += 1) {
    const folder = join(directory, `d${String(Math.floor(place / 1000)).padStart(4, '0')}`);
    if (place % 1000 === 0) await mkdir(folder);
    await writeFile(join(folder, `f${String(place).padStart(6, '0')}.dat`), `${place}\n`);
  }
  return count;
}
