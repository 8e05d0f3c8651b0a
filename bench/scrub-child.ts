/*
 * Two intakes of the same size on one station in a process of its own: node scrub-child.ts HOME ORDER. During one of them everything of before is read again, in vault
 * and archive, as it was ordered to be; ORDER `plain` or `scrubbing` says which comes first. Prints how long each took, to "safe", ms, and how much was read again meanwhile, as JSON.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { loadConfig } from '#config/load';
import { isBusy } from '#desk/scrub/busy';
import { orderScrub } from '#desk/scrub/orders';
import { Scrubber } from '#desk/scrub/scrubber';
import { STATION } from '#domain/custody/actor';
import { archiveAll } from './archive-all.ts';
import { benchStation } from './bench-station.ts';
import { coldCache } from './paired.ts';

const DAY_MS = 86_400_000;
const BYTES_PER_KIB = 1024;
const [home = '', order = 'plain'] = process.argv.slice(2);
const state = join(home, 'state');
const clock = { nowMs: () => Date.now() };
const faults = { reached: () => undefined };
const log = pino({ level: 'error' });
const limiter = { pieceBytes: 1024 * 1024, take: async () => undefined };
const archive = new DiskArchive({ directory: join(home, 'archive'), limiter, faults, stationId: 'bench1' });
await archive.open(false);
const station = await benchStation(state, { sm3: false, seal: true });
const { ledger, vault, board } = station;
const volumeLimits = { filesMax: 100_000, depthMax: 4, fileBytesMax: 2 ** 50 };
// What waits for its turn must not let the process end.
const alive = setInterval(() => undefined, 1000);

async function take(card: string, slot: number): Promise<number> {
  coldCache();
  const begun = performance.now();
  const docking = await station.dock(new DirectoryVolume({ root: join(home, card), label: card, limits: volumeLimits }), slot);
  await docking.safe;
  return performance.now() - begun;
}

/** Bytes that were read again and noted. */
async function readAgain(): Promise<number> {
  let bytes = 0;
  for (const { id, verifiedAtMs } of await copies()) if (verifiedAtMs > archivedAtMs) bytes += sizes.get(id) ?? 0;
  return bytes;
}

async function copies() {
  const recordings = await ledger.recordings.list({ limit: 1000 });
  const rows = await Promise.all(recordings.map(({ recording }) => ledger.recordings.copies(recording.id)));
  return rows.flat().map(({ itemId: id, bytes, verifiedAtMs }) => ({ id, bytes, verifiedAtMs }));
}

const { vaultDays, archiveDays, bandwidth, faultsMax } = loadConfig({ file: null, state, env: {}, root: home }).config.scrub;
const limits = { vaultMs: vaultDays * DAY_MS, archiveMs: archiveDays * DAY_MS, bytesPerSecond: bandwidth * BYTES_PER_KIB, faultsMax };
const clockWatch = { state: () => ({ kind: 'steady' as const }) };
const wake = () => undefined;
await take('old', 1);
await archiveAll({ ledger, vault, archive });
const sizes = new Map((await copies()).map(({ id, bytes }) => [id, bytes]));
const archivedAtMs = Date.now();

/** Everything is to be read at once, in both places; what is being read goes on during the intake. */
async function scrubbing(slot: number): Promise<number> {
  for (const place of ['vault', archive.name])
    await orderScrub(
      { ledger, archive, clock, scrub: { limits, on: true, wake }, facts: { stationId: 'bench1' } },
      { place, order: 'run', actor: STATION },
    );
  const common = { ledger, vault, archive, clock, clockWatch, log, faults, limits, stationId: 'bench1' };
  const failed = (error: unknown) => {
    throw error;
  };
  const scrubber = new Scrubber({
    deps: { ...common, isBusy: () => isBusy({ board, looks: { isPlaying: false } }), notice: () => undefined, pokeWork: wake },
    failed,
  });
  scrubber.start();
  // It is reading when the recorder comes.
  while ((await readAgain()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const elapsedMs = await take('scrubbing', slot);
  await scrubber.stop();
  return elapsedMs;
}

const times = order === 'plain' ? [await take('plain', 2), await scrubbing(3)] : [await scrubbing(2), await take('plain', 3)].reverse();
const readBytes = await readAgain();
clearInterval(alive);
await station.close();
await archive.close();
console.log(JSON.stringify({ plainMs: times[0], scrubbingMs: times[1], readBytes }));
