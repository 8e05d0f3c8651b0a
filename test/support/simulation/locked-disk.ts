import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { diskInventory } from '#adapters/disk/disk-inventory';
import { noLocks } from '#adapters/disk/no-locks';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { EvidockError } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import type { LockState } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { ArchiveInventory } from '#ports/archive-inventory';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { SimulatedStorage } from './storage.ts';

const VERSION = 'v1';
const NO_LOCK: LockState = { mode: null, untilMs: null, hold: false };

/**
 * The real archive on a disk, with locks at its seam that keep what a bucket with Object Lock keeps: dates that never fall, holds, and refusals to destroy by the
 * clock of the simulation. They lie in `locks.json`, where the test looks at them.
 */
export async function lockedDisk(
  directory: string,
  { clock, faults }: { readonly clock: Clock; readonly faults: FaultPoints },
): Promise<SimulatedStorage> {
  const limiter = { pieceBytes: 65_536, take: async () => undefined };
  const disk = new DiskArchive({ directory, limiter, faults, stationId: 'test1' });
  await disk.open(false);
  const file = locksFile(directory);
  mkdirSync(dirname(file), { recursive: true });
  const all = (): Record<string, LockState> =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, LockState>) : {};
  const change = (key: string, patch: Partial<LockState>): LockState => {
    const locks = all();
    const state = { ...(locks[key] ?? NO_LOCK), ...patch };
    writeFileSync(file, JSON.stringify({ ...locks, [key]: state }));
    return state;
  };
  const refuse = (): never => {
    throw new EvidockError('archive.refused', because('access-denied', {}));
  };
  const none = noLocks(clock);
  const told = () => none.capabilities() ?? refuse();
  const locks = {
    ...none,
    capabilities: (): BucketCapabilities => ({
      ...told(),
      versioning: 'enabled',
      locks: true,
      mode: 'COMPLIANCE',
      lockDaysMax: 3649,
      hold: true,
    }),
    probe: async () => locks.capabilities(),
    lock: async ({ key }: { key: string }, untilMs: number) => {
      if (untilMs <= clock.nowMs()) refuse();
      const before = all()[key]?.untilMs ?? 0;
      return change(key, { mode: 'COMPLIANCE', untilMs: Math.max(before, untilMs) });
    },
    hold: async ({ key }: { key: string }, on: boolean) => change(key, { hold: on }),
    state: async ({ key }: { key: string }) => all()[key] ?? NO_LOCK,
    findVersion: async () => VERSION,
  };
  const plain = diskEraser({ where: disk.name, directory, errors: VAULT_WRITE_ERRORS, ready: async () => undefined });
  return {
    archive: new Proxy(disk, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        const bound = value.bind(of) as (...given: unknown[]) => unknown;
        return name === 'put' ? async (...given: unknown[]) => ({ ...((await bound(...given)) as object), versionId: VERSION }) : bound;
      },
    }),
    locks,
    inventory: versioned(diskInventory(directory)),
    eraser: {
      ...plain,
      erase: async (doomed, signal) => {
        const lock = all()[doomed.key] ?? NO_LOCK;
        if (lock.hold || (lock.untilMs ?? 0) > clock.nowMs()) refuse();
        return plain.erase(doomed, signal);
      },
    },
    close: () => disk.close(),
  };
}

/** A bucket lists its objects with their versions. */
function versioned({ entries, uploads }: ArchiveInventory): ArchiveInventory {
  return {
    uploads,
    entries: async function* (after, signal) {
      for await (const entry of entries(after, signal)) yield { ...entry, versionId: VERSION };
    },
  };
}

const locksFile = (directory: string) => join(`${directory}-locks`, 'locks.json');
