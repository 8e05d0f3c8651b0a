/*
 * Goal: the lab's cache does not grow for ever, and loses nothing that a run may be using.
 * Method: a directory with images of various ages; what is left of them is looked at.
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { homeForEach } from '../support/station/home-for-each.ts';
import { pruneCache } from './prune-cache.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-06-20T08:00:00Z');

let cache: string;
homeForEach((path) => {
  cache = join(path, 'cache');
});
beforeEach(() => mkdir(cache));

/** `days` ago it was used last. */
async function image(name: string, days: number, directory = false): Promise<void> {
  const path = join(cache, name);
  if (directory) {
    await mkdir(path);
    await writeFile(join(path, 'root.ext4'), name);
  } else await writeFile(path, name);
  const used = new Date(NOW_MS - days * DAY_MS);
  await utimes(path, used, used);
}

it('keeps the newest few of each kind, however old, and what was used within a day', async () => {
  for (let n = 1; n <= 7; n += 1) await image(`project-${n}.ext4`, n);
  for (let n = 1; n <= 9; n += 1) await image(`modules-${n}.ext4`, n / 10);
  for (let n = 1; n <= 4; n += 1) {
    await image(`guest-${n}`, n * 100, true);
    await image(`ready-${n}`, n, true);
  }
  await image('making-abc', 2, true);
  await image('making-now', 0.1, true);
  for (const name of ['base-1', 'base-2', 'base-3', 'packages']) await image(name, 300, true);
  await image('lock', 300);
  const removed = await pruneCache(cache, NOW_MS);
  expect([...removed].sort()).toEqual(
    ['guest-3', 'guest-4', 'making-abc', 'project-5.ext4', 'project-6.ext4', 'project-7.ext4', 'ready-3', 'ready-4'].sort(),
  );
  const left = await readdir(cache);
  for (const name of removed) expect(left).not.toContain(name);
  expect(left).toHaveLength(4 + 9 + 2 + 2 + 1 + 4 + 1);
  expect(await pruneCache(cache, NOW_MS)).toEqual([]);
});

it('removes nothing while a guest is being built', async () => {
  await image('making-abc', 2, true);
  await writeFile(join(cache, 'lock'), '');
  const builder = spawn('flock', [join(cache, 'lock'), 'sh', '-c', 'echo held; read -r _'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => builder.once('exit', resolve));
  await new Promise((resolve) => builder.stdout.once('data', resolve));
  expect(await pruneCache(cache, NOW_MS)).toEqual([]);
  expect(await readdir(cache)).toContain('making-abc');
  builder.stdin.end();
  await ended;
  expect(await pruneCache(cache, NOW_MS)).toEqual(['making-abc']);
});
