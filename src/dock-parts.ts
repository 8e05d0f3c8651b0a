import type { Config } from '#config/schema';
import { DockStage } from '#dock/dock-stage';
import { RecorderClock } from '#dock/recorder-clock';
import { WipeStage } from '#dock/wipe-stage';
import { EvidockError } from '#domain/errors';
import { DRIVERS, FALLBACK } from '#drivers';
import type { Log } from '#events';
import type { BufferPool } from '#ports/buffer-pool';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Hasher } from '#ports/hasher';
import type { Ledger } from '#ports/ledger';
import type { SlotBoard } from '#ports/slot-board';
import type { SlotLearning } from '#ports/slot-learning';
import type { VaultReader } from '#ports/vault';

const FILES_PER_WIPE_BATCH = 64;

interface Common {
  readonly ledger: Ledger;
  readonly vault: VaultReader;
  readonly board: SlotBoard;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly hasher: Hasher;
  readonly buffers: BufferPool;
}

/** The stages of the dock as the configuration wants them; part of the composition root. */
export function dockParts(config: Config, common: Common) {
  const { station, dock } = config;
  const recorderClock = new RecorderClock({
    ...common,
    timezone: station.timezone,
    warnMs: dock.clockWarn * 1000,
    set: dock.setClock,
  });
  const dockStage = new DockStage({
    ...common,
    recorderClock,
    stationId: station.id,
    drivers: DRIVERS,
    fallback: FALLBACK,
    unknown: dock.unknown as 'leave' | 'take',
  });
  const policy = dock.wipe as 'never' | 'after-sealed' | 'after-archived';
  return { recorderClock, dockStage, wipeStage: new WipeStage({ ...common, policy, filesPerBatch: FILES_PER_WIPE_BATCH }) };
}

/** For a station that watches no docks. */
export const NO_LEARNING: SlotLearning = {
  learn: () => {
    throw new EvidockError('station.not-running', 'slots are numbered while the station watches its ports');
  },
  onSeen: () => () => undefined,
};
