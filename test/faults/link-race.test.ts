/*
 * Goal: nobody who may write to a card or a drop folder can lead the station out of it, however exactly the swap is timed. Method: a second process exchanges
 * directories and files with links to a secret as fast as it can (renameat2), while the station lists, opens, reads and removes.
 * EVIDOCK_RACE_SECONDS=60 runs the long form (scripts/race-links).
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { DirectoryDock } from '#adapters/directory-dock/directory-dock';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { EvidockError } from '#domain/errors';
import type { Arrival } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import { temporaryDirectory } from '../support/evidock.ts';

const SECONDS = Number(process.env['EVIDOCK_RACE_SECONDS'] ?? 2);
const TEST_MS_MAX = 60_000 + 2000 * SECONDS;
const LIMITS = { filesMax: 1000, depthMax: 8, fileBytesMax: 1024 };
/** An exchange takes some 2 µs and a pause: fewer would be no race. */
const SWAPS_PER_SECOND_MIN = 500;
let home: Awaited<ReturnType<typeof temporaryDirectory>> | undefined;
afterEach(() => home?.remove());

/** A card with footage at three depths, and a secret beside it that has files of the same names. */
async function cardAndSecret() {
  home = await temporaryDirectory();
  const [card, secret] = [join(home.path, 'drop/card'), join(home.path, 'secret')];
  for (const [place, text] of [
    [card, 'footage'],
    [secret, 'SECRET'],
  ] as const) {
    await mkdir(join(place, 'DCIM/100'), { recursive: true });
    await mkdir(join(place, '100'), { recursive: true });
    for (const name of ['A.MP4', 'DCIM/B.MP4', 'DCIM/100/C.MP4', '100/C.MP4']) await writeFile(join(place, name), text);
  }
  // Names that only the secret has: a listing that shows one has left the card.
  for (const name of ['S.MP4', 'DCIM/S.MP4', 'DCIM/100/S.MP4', '100/S.MP4']) await writeFile(join(secret, name), 'SECRET');
  const links = join(home.path, 'links');
  await mkdir(links);
  await symlink(secret, join(links, 'root'));
  await symlink(join(secret, 'DCIM'), join(links, 'DCIM'));
  await symlink(join(secret, 'DCIM/100'), join(links, '100'));
  await symlink(join(secret, 'A.MP4'), join(links, 'A.MP4'));
  return { home: home.path, card, secret, links };
}

/** Exchanges the pairs for the time of the race; `during` is called again and again meanwhile. Returns how often it was. */
async function race(pairs: readonly (readonly [string, string])[], during: () => Promise<void>): Promise<number> {
  const racer = spawn('python3', ['test/support/archive/swap_links.py', String(SECONDS), ...pairs.flat()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  racer.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  let status: number | null | undefined;
  racer.once('exit', (code) => {
    status = code;
  });
  let rounds = 0;
  try {
    for (; status === undefined; rounds += 1) await during();
  } finally {
    if (status === undefined) racer.kill('SIGKILL');
  }
  expect(status).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(Number(output)).toBeGreaterThan(SWAPS_PER_SECOND_MIN * SECONDS);
  return rounds;
}

/** What one listing and reading of everything shows; failures of single files are what a card in motion gives. */
async function look(volume: Volume): Promise<string[]> {
  const seen: string[] = [];
  const paths = ['A.MP4', 'DCIM/B.MP4', 'DCIM/100/C.MP4', 'S.MP4', 'DCIM/S.MP4', 'DCIM/100/S.MP4'];
  try {
    for await (const item of volume.list()) if (!('code' in item) && item.path.endsWith('S.MP4')) seen.push(`listed ${item.path}`);
  } catch (error) {
    if (!(error instanceof EvidockError)) throw error;
  }
  for (const path of paths) {
    try {
      const text = await volume.readText(path);
      if (text?.includes('SECRET')) seen.push(`read ${path}`);
    } catch (error) {
      if (!(error instanceof EvidockError)) throw error;
    }
  }
  return seen;
}

describe('a link that takes the place of what was looked at', { timeout: TEST_MS_MAX }, () => {
  it('of a directory or a file on a card leads nobody out of it, listing or reading', async () => {
    const { card, links } = await cardAndSecret();
    const volume = new DirectoryVolume({ root: card, label: 'raced', limits: LIMITS });
    const found = new Set<string>();
    const pairs = [
      [join(card, 'DCIM/100'), join(links, '100')],
      [join(card, 'DCIM'), join(links, 'DCIM')],
      [join(card, 'A.MP4'), join(links, 'A.MP4')],
    ] as const;
    // A pair is undone before the next one is done, or the inner name would be looked for behind the outer link.
    const twice = pairs.flatMap((pair) => [pair, pair]);
    const rounds = await race(twice, async () => {
      for (const what of await look(volume)) found.add(what);
    });
    expect([...found]).toEqual([]);
    expect(rounds).toBeGreaterThan(10 * SECONDS);
  });

  it('of a whole docked directory is not taken for it', async () => {
    const { home, card, links, secret } = await cardAndSecret();
    const arrivals: Arrival[] = [];
    const dock = new DirectoryDock({
      places: [join(home, 'drop')],
      settleMs: 10,
      openVolume: (place) => new DirectoryVolume({ ...place, limits: LIMITS }),
      log: pino({ level: 'silent' }),
    });
    await dock.start({
      arrived: (arrival) => void arrivals.push(arrival),
      removed: () => undefined,
      noticed: () => undefined,
      settingClock: () => Promise.reject(new Error('no clock here')),
      clockSettled: async () => undefined,
    });
    while (arrivals.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const found = new Set<string>();
    // Neither a link to the secret nor the secret itself, moved there by somebody who may.
    const pairs = [
      [card, join(links, 'root')] as const,
      [card, join(links, 'root')] as const,
      [card, secret] as const,
      [card, secret] as const,
    ];
    await race(pairs, async () => {
      // While the secret itself stands there it is a recorder of its own; the docking of before must not show it.
      if (arrivals[0]) for (const what of await look(arrivals[0].volume)) found.add(what);
    });
    await dock.stop();
    expect([...found]).toEqual([]);
    expect(arrivals[0]?.port).toBe(card);
  });

  it('of a directory that is being wiped or written to keeps what is outside', async () => {
    const { card, links, secret } = await cardAndSecret();
    const before = (await readdir(secret, { recursive: true })).sort();
    const recorder = new DirectoryAccess({ root: card, label: 'raced' });
    await race(
      [
        [join(card, 'DCIM'), join(links, 'DCIM')],
        [join(card, 'DCIM'), join(links, 'DCIM')],
      ],
      () =>
        recorder.writable(async (writer) => {
          await writer.remove('DCIM/S.MP4').catch(mustBeTheCards);
          await writer.writeText('DCIM/TIME.TXT', 'now').catch(mustBeTheCards);
        }),
    );
    expect((await readdir(secret, { recursive: true })).sort()).toEqual(before);
    const written = await Promise.all([card, links].map((place) => readdir(join(place, 'DCIM'))));
    expect(written.flat()).toContain('TIME.TXT');
  });
});

function mustBeTheCards(error: unknown): void {
  if (!(error instanceof EvidockError)) throw error;
}
