import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { noLocks } from '#adapters/disk/no-locks';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { ArchiveRecords } from '#archive/archive-records';
import { ArchiveStage } from '#archive/archive-stage';
import { isFailure } from '#domain/errors';
import { usedPercent } from '#domain/eviction/space';
import { hoursOf } from '#domain/time/hours';
import { workId } from '#domain/work';
import { CheckedArchivedCopies } from '#evict/archived-copies';
import { EvictableVault } from '#evict/evictable-vault';
import { Evictor } from '#evict/evictor';
import { ArchiveFetchBack } from '#evict/fetch-back';
import { KeysInUse } from '#evict/keys-in-use';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { START_MS } from '#test/support/builders';
import { claimed } from '#test/support/ledger/claims';
import { intakeStation } from '#test/support/station/intake-station';

const MEBIBYTE = 1024 * 1024;
const DAY_MS = 86_400_000;
const LIMITS = { filesMax: 200_000, depthMax: 16, fileBytesMax: 2 ** 40 };
const FAULTS = { reached: () => undefined };
/** Files of so many days stay on the recorder, as on one that nobody wipes. */
const DAYS_ON_CARD = 3;

interface Days {
  readonly days: number;
  readonly vaultMiB: number;
  readonly filesADay: number;
  readonly fileMiB: number;
  readonly home: string;
  readonly told?: (line: string) => void;
}

export interface Outcome {
  /** How often a draft was refused because the vault was full. */
  readonly refused: number;
  readonly recordings: number;
  readonly evictedFiles: number;
  readonly heldFiles: number;
  /** Originals of which neither the vault nor the archive has the sealed bytes. */
  readonly lost: readonly string[];
  readonly usedPercentMax: number;
  /** Files of earlier days that a docking took for known ones, of how many. */
  readonly known: number;
  readonly knownExpected: number;
}

/**
 * A station whose vault is a file system of its own of `vaultMiB` MiB. On each day a recorder comes with `filesADay` new files, and those of the days before,
 * and what was sealed is archived. Dock, intake, seal, archive and eviction are the real ones.
 */
export async function runDays({ days, vaultMiB, filesADay, fileMiB, home, told = () => undefined }: Days): Promise<Outcome> {
  const state = join(home, 'state');
  const root = join(state, 'vault');
  await mkdir(root, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${vaultMiB}m`, 'evidock-test', root]);
  try {
    return await run({ days, vaultMiB, filesADay, fileMiB, home, told }, state, root);
  } finally {
    execFileSync('umount', ['-l', root]);
  }
}

async function run({ days, filesADay, fileMiB, home, told }: Required<Days>, state: string, root: string): Promise<Outcome> {
  let now = START_MS;
  const clock = { nowMs: () => now };
  const log = pino({ level: 'silent' });
  const limiter = { pieceBytes: 65_536, take: async () => undefined };
  const archive = new DiskArchive({ directory: join(home, 'archive'), limiter, faults: FAULTS, stationId: 'test1' });
  await archive.open(false);
  let evictor: Evictor | undefined;
  let refused = 0;
  const front = (disk: Vault, ledger: Ledger): Vault => {
    const inUse = new KeysInUse();
    const eraser = diskEraser({ where: 'vault', directory: root, errors: VAULT_WRITE_ERRORS, ready: async () => undefined });
    const settings = {
      marks: { high: 90, low: 80 },
      needs: { copies: 1, freshMs: 30 * DAY_MS, readBack: true },
      playable: false,
      everyMs: 3_600_000,
    };
    const common = { ledger, clock, log, faults: FAULTS, vault: disk, archive };
    evictor = new Evictor({ ...common, eraser, inUse, pokeWork: () => undefined, settings });
    const fetchBack = new ArchiveFetchBack({ ...common, room: evictor });
    const archived = new CheckedArchivedCopies({ ...common, foundBad: () => undefined });
    const vault = new EvictableVault({ vault: disk, ledger, archive, archived, inUse, room: evictor, fetchBack });
    return new Proxy<Vault>(vault, {
      get: (target, name: keyof Vault) => {
        if (name !== 'draft') {
          const own: unknown = Reflect.get(target, name, target);
          // The vault has private fields, so its methods run on itself.
          return typeof own === 'function' ? own.bind(target) : own;
        }
        return (key: string, bytes: number) =>
          target.draft(key, bytes).catch((error: unknown) => {
            if (isFailure(error, 'vault.full')) refused += 1;
            throw error;
          });
      },
    });
  };
  const station = await intakeStation(state, front, { sm3: false, archive: true, nowMs: clock.nowMs });
  const { ledger, vault } = station;
  const card = join(home, 'card');
  let usedPercentMax = 0;
  let known = 0;
  for (let day = 0; day < days; day += 1) {
    now = START_MS + day * DAY_MS;
    await makeDay(card, day, { filesADay, fileMiB, atMs: now });
    const docking = await station.dock(new DirectoryVolume({ root: card, label: 'day', limits: LIMITS }), 'DSJ0012345', 1);
    await docking.safe();
    known += (await ledger.dockings.get(docking.id))?.filesKnown ?? 0;
    await docking.pull();
    await archiveAll();
    await evictor?.toLowWater('space');
    usedPercentMax = Math.max(usedPercentMax, usedPercent(await vault.space()));
    const { bavail, bsize } = await statfs(root);
    told(`day ${day + 1}: ${Math.round((bavail * bsize) / MEBIBYTE)} MiB free, evicted ${(await ledger.eviction.evicted()).files} files`);
  }
  const originals = (await ledger.recordings.list({ limit: 1000 })).flatMap((detail) => detail.originals);
  const lost: string[] = [];
  for (const original of originals) if (!(await isHeld(original.id))) lost.push(original.vaultKey);
  const evicted = await ledger.eviction.evicted();
  await evictor?.stop();
  await station.close();
  await archive.close();
  return {
    ...{ refused, lost, usedPercentMax, known, recordings: originals.length, evictedFiles: evicted.files },
    heldFiles: originals.filter(({ evictedAtMs }) => evictedAtMs === null).length,
    knownExpected: filesADay * Array.from({ length: days }, (_, day) => Math.min(day, DAYS_ON_CARD - 1)).reduce((sum, n) => sum + n, 0),
  };

  async function archiveAll(): Promise<void> {
    const gate = new ArchiveRecords({
      ...{ ledger, clock, faults: FAULTS, onArchived: () => undefined, onHealed: () => undefined, lockWish: async () => null },
      settings: { stationId: 'test1', timezone: 'UTC', derivatives: false },
    });
    const stage = new ArchiveStage({
      ...{ gate, vault, archive, clock, locks: noLocks(clock), log },
      claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.work.postpone(claim, how)) },
      settings: { verify: 'readback', derivatives: false, hours: hoursOf('', 'UTC'), standstillMsMax: 60_000 },
    });
    for (const { recordingId } of await ledger.work.due(now, 'derive', 1000))
      await ledger.transaction(async (writer) => writer.work.finish(await claimed(writer, workId('derive', recordingId))));
    for (const { recordingId } of await ledger.work.due(now, 'archive', 1000)) {
      const claim = await ledger.transaction((writer) => claimed(writer, workId('archive', recordingId)));
      const quiet = { onPercent: () => undefined, onProgress: () => undefined };
      await stage.run(claim, { later: false, failedBefore: null, signal: new AbortController().signal, ...quiet });
    }
  }

  async function isHeld(id: string): Promise<boolean> {
    const original = await ledger.originals.get(id);
    const sealed = original?.digests?.sha256 ?? '';
    if (!original) return false;
    if (original.evictedAtMs === null) return (await vault.reread(original.vaultKey, { sm3: false })).digests.sha256 === sealed;
    return (await archive.verify({ key: original.vaultKey, bytes: original.bytes, sha256: sealed }, { policy: 'readback' })) === 'readback';
  }
}

async function makeDay(card: string, day: number, { filesADay, fileMiB, atMs }: { filesADay: number; fileMiB: number; atMs: number }) {
  const folder = (which: number) => join(card, 'DCIM', `DAY${String(which).padStart(3, '0')}`);
  await mkdir(folder(day), { recursive: true });
  await rm(folder(day - DAYS_ON_CARD), { recursive: true, force: true });
  for (let n = 0; n < filesADay; n += 1) {
    const path = join(folder(day), `CLIP${n}.MP4`);
    await writeFile(path, randomBytes(fileMiB * MEBIBYTE));
    await utimes(path, new Date(atMs + n * 1000), new Date(atMs + n * 1000));
  }
}
