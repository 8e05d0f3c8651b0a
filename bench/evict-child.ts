/*
 * Two intakes of the same size on one station in a process of its own: node evict-child.ts HOME ORDER. While one of them runs, what was archived before is
 * evicted, because the vault is above its mark; ORDER `plain` or `evicting` says which comes first. Prints how long each took, to "safe", ms, and how many bytes were evicted in that
 * time, as JSON.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { CheckedArchivedCopies } from '#evict/archived-copies';
import { EvictableVault } from '#evict/evictable-vault';
import { Evictor } from '#evict/evictor';
import { ArchiveFetchBack } from '#evict/fetch-back';
import { KeysInUse } from '#evict/keys-in-use';
import { archiveAll } from './archive-all.ts';
import { benchStation } from './bench-station.ts';
import { coldCache } from './paired.ts';

const [home = '', order = 'plain'] = process.argv.slice(2);
const state = join(home, 'state');
const clock = { nowMs: () => Date.now() };
const faults = { reached: () => undefined };
const log = pino({ level: 'error' });
const limiter = { pieceBytes: 1024 * 1024, take: async () => undefined };
const archive = new DiskArchive({ directory: join(home, 'archive'), limiter, faults, stationId: 'bench1' });
await archive.open(false);
const opened: { evictor?: Evictor } = {};
let bytes = 0;
const station = await benchStation(state, {
  sm3: false,
  seal: true,
  front: (disk, ledger) => {
    const inUse = new KeysInUse();
    const eraser = diskEraser({
      where: 'vault',
      directory: join(state, 'vault'),
      errors: VAULT_WRITE_ERRORS,
      ready: async () => undefined,
    });
    const needs = { copies: 1, freshMs: 86_400_000, readBack: true };
    const settings = { marks: { high: 50, low: 0 }, needs, playable: true, everyMs: 3_600_000 };
    const common = { ledger, vault: disk, archive, clock, log, faults };
    // To the evictor what was archived before fills the disk, so that all of it is above the mark.
    const full = { space: async () => ({ totalBytes: bytes, freeBytes: 0 }), stat: disk.stat.bind(disk) };
    const evictor = new Evictor({ ...common, vault: full, eraser, inUse, pokeWork: () => undefined, settings });
    opened.evictor = evictor;
    const fetchBack = new ArchiveFetchBack({ ...common, room: evictor });
    const archived = new CheckedArchivedCopies({ ...common, foundBad: () => undefined });
    return new EvictableVault({ vault: disk, ledger, archive, archived, inUse, room: evictor, fetchBack });
  },
});
const { ledger, vault } = station;
const limits = { filesMax: 100_000, depthMax: 4, fileBytesMax: 2 ** 50 };
// What waits for its turn must not let the process end.
const alive = setInterval(() => undefined, 1000);

async function take(card: string, slot: number): Promise<number> {
  coldCache();
  const begun = performance.now();
  const docking = await station.dock(new DirectoryVolume({ root: join(home, card), label: card, limits }), slot);
  await docking.safe;
  return performance.now() - begun;
}

await take('old', 1);
bytes = await archiveAll({ ledger, vault, archive });
let evictedBytes = 0;
const plain = async (slot: number) => take('plain', slot);
const evicting = async (slot: number) => {
  opened.evictor?.wake();
  const elapsedMs = await take('evicting', slot);
  evictedBytes = (await ledger.eviction.evicted()).bytes;
  await opened.evictor?.stop();
  return elapsedMs;
};
const times = order === 'plain' ? [await plain(2), await evicting(3)] : [await evicting(2), await plain(3)].reverse();
clearInterval(alive);
await station.close();
await archive.close();
console.log(JSON.stringify({ plainMs: times[0], evictingMs: times[1], evictedBytes }));
