import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { expect } from 'vitest';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { DiskVault } from '#adapters/disk/disk-vault';
import { WorkerLanes } from '#adapters/disk/lanes';
import { SharedBufferPool } from '#adapters/disk/shared-buffer-pool';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { DockStage } from '#dock/dock-stage';
import { RecorderClock } from '#dock/recorder-clock';
import { compilePatterns } from '#domain/card/facts';
import { compileLeftovers } from '#domain/card/leftovers';
import type { RandomBelow } from '#domain/vault/file-sample';
import { DRIVERS, FALLBACK } from '#drivers';
import { IntakeStage } from '#intake/intake-stage';
import type { FaultPoint } from '#ports/fault-points';
import type { Lanes } from '#ports/lanes';
import type { Ledger } from '#ports/ledger';
import type { RecorderDriver, Volume, VolumeFile } from '#ports/recorder-driver';
import type { Vault } from '#ports/vault';
import { IncompleteRecordings } from '#seal/incomplete-recordings';
import { SealStage } from '#seal/seal-stage';
import { DockingStatuses } from '#steps/docking-statuses';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { openLedger } from '../../../src/adapters/sqlite-ledger/ledger.ts';

const LIMITS = { filesMax: 200_000, depthMax: 16, fileBytesMax: 2 ** 40 };
const MEBIBYTE = 1024 * 1024;

/** Called at each read of a recorder's file, but not at reads of container headers. May throw, wait, or change the bytes in `target`. */
export type OnRead = (path: string, position: number, target: Uint8Array, bytes: number) => void | Promise<void>;

/** Whether a read is of a container's header. Every other read is of whole blocks, or of the whole of a file that is too small for a header. */
function isHeaderRead(target: Uint8Array, fileBytes: number): boolean {
  return target.length <= 64 && fileBytes > 64;
}

/** A directory as a recorder whose reads a test can disturb; `device` may count errors like the kernel. */
export function disturbedVolume(
  root: string,
  onRead: OnRead,
  device: Pick<ConstructorParameters<typeof DirectoryVolume>[0], 'deviceErrors' | 'quietMs'> = {},
): Volume {
  const volume = new DirectoryVolume({ root, label: 'disturbed', limits: LIMITS, ...device });
  return {
    label: volume.label,
    list: (signal) => volume.list(signal),
    readText: (path) => volume.readText(path),
    close: () => volume.close(),
    open: async (path): Promise<VolumeFile> => {
      const file = await volume.open(path);
      const { bytes: fileBytes } = await file.stat();
      return {
        stat: () => file.stat(),
        close: () => file.close(),
        read: async (target, position, signal) => {
          const bytes = await file.read(target, position, signal);
          if (!isHeaderRead(target, fileBytes)) await onRead(path, position, target, bytes);
          return bytes;
        },
      };
    },
  };
}

/** Writes files with fixed times, so that a card stays the same card. */
export async function writeCard(root: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const time = new Date('2026-06-20T08:00:00Z');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await utimes(join(root, path), time, time);
  }
}

/** What a test replaces in the station, and what it wants to be told. */
export interface StationOptions {
  readonly verify?: 'vault' | 'source+vault';
  readonly known?: 'sampled' | 'whole';
  /** Chooses the places of samples of known files. */
  readonly random?: RandomBelow;
  readonly reached?: (point: FaultPoint) => void;
  readonly gapBytesMax?: number;
  readonly filesAtOnce?: number;
  readonly sm3?: boolean;
  /** Puts something in front of the lanes. */
  readonly lanes?: (lanes: Lanes) => Lanes;
  readonly retryMs?: number;
  readonly unknown?: 'leave' | 'take';
  readonly setClock?: boolean;
  readonly endsTakeOut?: boolean;
  readonly nowMs?: () => number;
  readonly drivers?: readonly RecorderDriver[];
  readonly leftovers?: readonly string[];
  readonly onSafe?: (dockingId: string) => void;
  readonly onListed?: (dockingId: string) => void;
  /** Sealed recordings get archive work. */
  readonly archive?: boolean;
}

/** Dock, intake and seal with their real parts; `wrap` may put a fault in front of the vault. */
export async function intakeStation(
  state: string,
  wrap: (vault: Vault, ledger: Ledger) => Vault = (vault) => vault,
  options: StationOptions = {},
) {
  const log = pino({ level: 'silent' });
  const clock = { nowMs: options.nowMs ?? (() => Date.now()) };
  const faults = { reached: options.reached ?? (() => undefined) };
  const timezone = 'Asia/Shanghai';
  const ledger = await openLedger({ file: join(state, 'ledger.sqlite'), stationId: 'test1', clock, demandsCustody: true });
  const disk = new DiskVault({ directory: join(state, 'vault'), reserveBytes: 0, rereadThreads: 2 });
  await disk.open();
  await disk.sweep();
  await ledger.recover();
  const vault = wrap(disk, ledger);
  const workers = new WorkerLanes({ threads: 2 });
  const lanes = options.lanes?.(workers) ?? workers;
  const board = new LiveSlotBoard({ nowMs: clock.nowMs });
  const impossible: string[] = [];
  const statuses = new DockingStatuses({
    ...{ ledger, board, clock },
    onError: (id, error) => {
      if (error.code === 'station.internal') impossible.push(`${id}: ${error.message} ${String(error.cause)}`);
    },
  });
  const common = { ledger, vault, board, statuses, clock, log, faults };
  const leftovers = compileLeftovers(options.leftovers);
  const recorderClock = new RecorderClock({ ...common, timezone, warnMs: 60_000, set: options.setClock ?? false });
  const dock = new DockStage({
    ...common,
    recorderClock,
    stationId: 'test1',
    drivers: options.drivers ?? DRIVERS,
    fallback: FALLBACK,
    unknown: options.unknown ?? 'leave',
    leftovers,
    endsTakeOut: options.endsTakeOut ?? false,
    chargePercentMin: 30,
  });
  const safe = new Set<string>();
  const closing = { archive: options.archive ?? false, suggest: { stationId: 'test1', marginMs: 600_000, accept: 'person' as const } };
  const closed: string[] = [];
  const incomplete = new IncompleteRecordings({
    ...common,
    settings: { ...closing, stationId: 'test1', waitMs: 3600_000 },
    onSealed: (id) => closed.push(id),
  });
  const seal: SealStage = new SealStage({
    ...common,
    settings: {
      ...closing,
      station: { id: 'test1', name: 'Test' },
      timezone,
      version: '0',
      sm3: options.sm3 ?? true,
      sealsAtOnce: 4,
      retryMs: options.retryMs ?? 50,
      known: options.known ?? 'sampled',
    },
    onSealed: () => undefined,
    onSafe: (id) => {
      safe.add(id);
      options.onSafe?.(id);
    },
    onPartlyReplaced: () => incomplete.filesReplaced(),
    onMismatch: (original) => void intake.recopy(original),
  });
  const buffers = new SharedBufferPool({ bytes: 16 * MEBIBYTE, chunkBytes: MEBIBYTE });
  const intake: IntakeStage = new IntakeStage({
    ...common,
    lanes,
    buffers,
    settings: {
      stationId: 'test1',
      timezone,
      filesAtOnce: options.filesAtOnce ?? 64,
      gapBytesMax: options.gapBytesMax ?? 0,
      verify: options.verify ?? 'vault',
      known: options.known ?? 'sampled',
      patterns: [],
      otherPatterns: compilePatterns(DRIVERS.flatMap(({ patterns }) => patterns)),
      leftovers,
      retryMs: options.retryMs ?? 50,
    },
    onCopied: () => seal.wake(),
    onListed: (id) => {
      options.onListed?.(id);
      incomplete.cardListed(id);
    },
    onUnchanged: (id) => void seal.checkSafe(id),
    onRechecked: (id) => void seal.checkSafe(id),
    isSealing: () => seal.busy,
    ...(options.random ? { random: options.random } : {}),
  });
  let arrivals = 0;
  let askedAtEnd = true;
  return {
    ledger,
    /** Called by a test that writes rows without entries: they are not compared with the log at the end. */
    writesPastTheLog() {
      askedAtEnd = false;
    },
    vault,
    disk,
    intake,
    board,
    seal,
    incomplete,
    /** Recordings that were closed without files that never came. */
    closed,
    /** Parts for tests that build more on top. */
    parts: { ...common, lanes, buffers, dockStage: dock, recorderClock, intake },
    /** Docks a recorder. `done` resolves when intake has ended; `gone` pulls the recorder. */
    async dock(volume: Volume, serial: string, slot: number, hub: string | null = null) {
      arrivals += 1;
      const docked = await dock.arrive({
        key: `k${arrivals}`,
        port: `p${slot}`,
        slot,
        serial,
        vendorId: null,
        productId: null,
        clockOffsetMs: null,
        batteryPercent: null,
        clockSet: null,
        unlocked: false,
        hub,
        manufacturer: null,
        product: null,
        facts: [],
        access: null,
        unclean: null,
        volume,
      });
      const gone = new AbortController();
      const done = intake.intake({ ...docked, hub }, gone.signal);
      const { id } = docked.docking;
      return {
        id,
        done,
        pull: async () => {
          gone.abort();
          await done;
          await intake.forget(id);
          await dock.leave(id);
        },
        /** Resolves when the known files of the docking are compared whole. */
        rechecked: () => intake.rechecked(id),
        /** Resolves at "safe to undock". */
        safe: async (seconds = 20) => {
          const end = performance.now() + seconds * 1000;
          while (!safe.has(id)) {
            if (performance.now() > end) throw new Error(`not safe within ${seconds} s: ${JSON.stringify(await ledger.dockings.get(id))}`);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        },
      };
    },
    plain: (root: string) => new DirectoryVolume({ root, label: 'plain', limits: LIMITS }),
    async close() {
      await incomplete.stop();
      await intake.stop();
      await seal.stop();
      await lanes.close();
      await disk.close();
      await ledger.close();
      // Whatever the test has done, every row must be as the log tells.
      if (askedAtEnd) expect(contradictionsIn(join(state, 'ledger.sqlite'))).toEqual([]);
      // Events of dockings that their status did not allow.
      if (impossible.length > 0) throw new Error(impossible.join('; '));
    },
  };
}
