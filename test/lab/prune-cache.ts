import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '#test/support/evidock';

/** How many of each kind stay however old they are: a checkout has many states in a day, the packages and the guest few in a month. */
const KEPT: Readonly<Record<string, number>> = { project: 4, modules: 2, ready: 2, guest: 2, making: 0 };

/**
 * A run marks what it uses when it begins, and opens it anew for every guest until it ends, so nothing that was marked within a day is removed. (What
 * a guest has open stays its own in any case.)
 */
const UNUSED_MS_MIN = 86_400_000;

/**
 * Removes the images of old states of the checkout from the lab's cache, the newest few of each kind excepted. Done while no guest is being built,
 * which has a lock; if one is, the next run does it. Returns what was removed.
 */
export async function pruneCache(cache: string, nowMs = Date.now()): Promise<readonly string[]> {
  const old = await oldImages(cache, nowMs);
  if (old.length === 0) return [];
  const paths = old.map((name) => join(cache, name));
  const removal = await runProgram('flock', ['--nonblock', '--conflict-exit-code', '75', join(cache, 'lock'), 'rm', '-rf', '--', ...paths]);
  if (removal.status === 75) return [];
  if (removal.status !== 0) throw new Error(`old images in ${cache} cannot be removed: ${removal.stderr}`);
  return old;
}

async function oldImages(cache: string, nowMs: number): Promise<readonly string[]> {
  const images: { name: string; kind: string; usedMs: number }[] = [];
  for (const name of await readdir(cache)) {
    const kind = /^([a-z]+)-/.exec(name)?.[1] ?? '';
    if (KEPT[kind] === undefined) continue;
    // Another run may have removed it meanwhile.
    const info = await stat(join(cache, name)).catch(() => undefined);
    if (info) images.push({ name, kind, usedMs: info.mtimeMs });
  }
  images.sort((a, b) => b.usedMs - a.usedMs);
  return [...Map.groupBy(images, ({ kind }) => kind)]
    .flatMap(([kind, newestFirst]) => newestFirst.slice(KEPT[kind]))
    .filter(({ usedMs }) => nowMs - usedMs > UNUSED_MS_MIN)
    .map(({ name }) => name);
}
