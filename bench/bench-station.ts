import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { DiskVault } from '#adapters/disk/disk-vault';
import { WorkerLanes } from '#adapters/disk/lanes';
import { SharedBufferPool } from '#adapters/disk/shared-buffer-pool';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { DockStage } from '#dock/dock-stage';
import { RecorderClock } from '#dock/recorder-clock';
import { compilePatterns } from '#domain/card/facts';
import { compileLeftovers } from '#domain/card/leftovers';
import { DRIVERS, FALLBACK } from '#drivers';
import { stageFailed } from '#events';
import { IntakeStage } from '#intake/intake-stage';
import type { Ledger } from '#ports/ledger';
import type { Volume } from '#ports/recorder-driver';
import type { Vault } from '#ports/vault';
import { SealStage } from '#seal/seal-stage';
import { DockingStatuses } from '#steps/docking-statuses';

const MEBIBYTE = 1024 * 1024;

/** The stages from dock to seal with their real parts and the settings of the default configuration, without queue and API. */
export async function benchStation(
  state: string,
  options: { sm3: boolean; seal: boolean; front?: (vault: Vault, ledger: Ledger) => Vault },
) {
  await rm(state, { recursive: true, force: true });
  const log = pino({ level: 'error' }, pino.destination({ fd: 2, sync: true }));
  const clock = { nowMs: () => Date.now() };
  const faults = { reached: () => undefined };
  const station = { id: 'bench1', name: 'bench' };
  const timezone = 'Asia/Shanghai';
  const ledger = await openLedger({ file: join(state, 'ledger.sqlite'), stationId: station.id, demandsCustody: true });
  const disk = new DiskVault({ directory: join(state, 'vault'), reserveBytes: 0, rereadThreads: availableParallelism() });
  await disk.open();
  const vault = options.front?.(disk, ledger) ?? disk;
  const lanes = new WorkerLanes({ threads: availableParallelism() });
  const buffers = new SharedBufferPool({ bytes: 64 * MEBIBYTE, chunkBytes: MEBIBYTE });
  const board = new LiveSlotBoard({ nowMs: clock.nowMs });
  const statuses = new DockingStatuses({
    ...{ ledger, board, clock },
    onError: (dockingId, error) => stageFailed(log, 'docking', { dockingId }, error),
  });
  const common = { ledger, vault, board, statuses, clock, log, faults };
  const leftovers = compileLeftovers();
  const recorderClock = new RecorderClock({ ...common, timezone, warnMs: 60_000, set: false });
  const dock = new DockStage({
    ...common,
    recorderClock,
    stationId: station.id,
    drivers: DRIVERS,
    fallback: FALLBACK,
    unknown: 'take',
    leftovers,
    endsTakeOut: false,
    chargePercentMin: 30,
  });
  const safe = new Map<string, PromiseWithResolvers<void>>();
  const safeOf = (id: string) => {
    const known = safe.get(id) ?? Promise.withResolvers<void>();
    safe.set(id, known);
    return known;
  };
  const suggest = { stationId: station.id, marginMs: 0, accept: 'person' as const };
  const seal: SealStage = new SealStage({
    ...common,
    settings: { station, timezone, version: '0', sm3: options.sm3, archive: false, suggest, sealsAtOnce: 4, retryMs: 1000 },
    onSealed: () => undefined,
    onSafe: (id) => safeOf(id).resolve(),
    onPartlyReplaced: () => undefined,
    onMismatch: (original) => void intake.recopy(original),
  });
  const intake: IntakeStage = new IntakeStage({
    ...common,
    lanes,
    buffers,
    settings: {
      stationId: station.id,
      timezone,
      filesAtOnce: 64,
      gapBytesMax: 0,
      verify: 'vault',
      patterns: [],
      otherPatterns: compilePatterns(DRIVERS.flatMap(({ patterns }) => patterns)),
      leftovers,
      retryMs: 1000,
    },
    onCopied: () => options.seal && seal.wake(),
    onListed: () => undefined,
    onUnchanged: (id) => void seal.checkSafe(id),
  });
  return {
    ...{ ledger, vault, board },
    /** Docks a volume; `copied` ends with the last copied file, `safe` with "safe to undock", `rechecked` when its known files were compared whole. */
    async dock(volume: Volume, slot: number): Promise<{ copied: Promise<void>; safe: Promise<void>; rechecked: Promise<void> }> {
      const port = `bench-${slot}`;
      const docked = await dock.arrive({
        key: port,
        port,
        slot,
        serial: `BENCH${slot}`,
        vendorId: null,
        productId: null,
        clockOffsetMs: null,
        batteryPercent: null,
        clockSet: null,
        unlocked: false,
        hub: null,
        manufacturer: null,
        product: null,
        facts: [],
        access: null,
        unclean: null,
        volume,
      });
      const copied = intake.intake(docked, new AbortController().signal);
      const safe = safeOf(docked.docking.id).promise;
      return { copied, safe, rechecked: safe.then(() => intake.rechecked(docked.docking.id)) };
    },
    async close(): Promise<void> {
      await intake.stop();
      await seal.stop();
      await lanes.close();
      await disk.close();
      await ledger.close();
    },
  };
}
