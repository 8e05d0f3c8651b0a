import { availableParallelism } from 'node:os';
import type { CardPlace } from '#adapters/directory-dock/card-directory';
import { DirectoryDock } from '#adapters/directory-dock/directory-dock';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { ManualDock, type ManualDocking } from '#adapters/directory-dock/manual-dock';
import { WorkerLanes } from '#adapters/disk/lanes';
import { SharedBufferPool } from '#adapters/disk/shared-buffer-pool';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { DockStage } from '#dock/dock-stage';
import { RecorderClock } from '#dock/recorder-clock';
import { WipeStage } from '#dock/wipe-stage';
import { compilePatterns } from '#domain/card/facts';
import { compileLeftovers, type Leftovers } from '#domain/card/leftovers';
import { DRIVERS, FALLBACK } from '#drivers';
import { stageFailed } from '#events';
import { IntakeStage } from '#intake/intake-stage';
import type { Archive } from '#ports/archive';
import type { Dock } from '#ports/dock';
import type { Ledger } from '#ports/ledger';
import type { SlotBoard } from '#ports/slot-board';
import type { SlotLearning } from '#ports/slot-learning';
import type { Vault } from '#ports/vault';
import { IncompleteRecordings } from '#seal/incomplete-recordings';
import { SealStage } from '#seal/seal-stage';
import { DockingStatuses } from '#steps/docking-statuses';
import { ownPlacesOf } from '../state-paths.ts';
import { VERSION } from '../version.ts';
import { RETRY_MS, type StationContext, suggestRules } from './context.ts';
import { DockDesk } from './dock-desk.ts';
import { evictionNeeds } from './retention/eviction.ts';

const CHUNK_BYTES = BYTES_PER_MIB;
const SEALS_AT_ONCE = 4;
const FILES_PER_WIPE_BATCH = 64;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly archive: Archive | null;
  readonly board: SlotBoard;
  /** True: recorders that appear by themselves are taken in, and not only directories that a person names. */
  readonly watch: boolean;
  /** Called when every original of a recording is sealed and its work waits in the ledger. */
  readonly onSealed: (recordingId: string) => void;
}

export interface IntakeLine {
  ingest(request: ManualDocking): Promise<string>;
  undock(dockingId: string): Promise<void>;
  putFirst(dockingId: string): boolean;
  archived(recordingId: string): void;
  readonly learning: SlotLearning;
}

/** Builds and starts everything from the dock to the seal: docks, intake, seal and wipe, which the desk joins. */
export async function startIntakeLine(context: StationContext, given: Given): Promise<IntakeLine> {
  const { config, clock, log, faults, onStop } = context;
  const { ledger, onSealed } = given;
  const lanes = new WorkerLanes({ threads: availableParallelism() });
  onStop(() => lanes.close());
  const buffers = new SharedBufferPool({ bytes: config.intake.buffers * BYTES_PER_MIB, chunkBytes: CHUNK_BYTES });
  const statuses = new DockingStatuses({
    ...{ ledger, board: given.board, clock },
    onError: (dockingId, error) => stageFailed(log, 'docking', { dockingId }, error),
  });
  const common = { ledger, vault: given.vault, board: given.board, statuses, clock, log, faults };
  const leftovers = compileLeftovers(config.intake.leftovers);
  const closing = { archive: config.archive.kind !== 'none', suggest: suggestRules(config) };
  const incomplete = new IncompleteRecordings({
    ...common,
    settings: { ...closing, stationId: config.station.id, waitMs: config.intake.waitForRest * 3600_000 },
    onSealed,
  });
  const seal: SealStage = new SealStage({
    ...common,
    settings: {
      ...closing,
      station: { id: config.station.id, name: config.station.name },
      timezone: config.station.timezone,
      version: VERSION,
      sm3: config.intake.sm3,
      sealsAtOnce: SEALS_AT_ONCE,
      retryMs: RETRY_MS,
      known: config.intake.known as 'sampled' | 'whole',
    },
    onSealed,
    onSafe: (dockingId) => desk.safe(dockingId),
    onPartlyReplaced: () => incomplete.filesReplaced(),
    onMismatch: (original) => void intake.recopy(original),
  });
  const intake: IntakeStage = new IntakeStage({
    ...common,
    lanes,
    buffers,
    settings: { ...intakeSettings(config), leftovers },
    onCopied: () => seal.wake(),
    onListed: (dockingId) => {
      desk.listed(dockingId);
      incomplete.cardListed(dockingId);
    },
    onUnchanged: (dockingId) => void seal.checkSafe(dockingId),
    onRechecked: (dockingId) => void seal.checkSafe(dockingId),
    isSealing: () => seal.busy,
  });
  const { docks, manual } = await openDocks(context, given);
  const desk: DockDesk = new DockDesk({
    ...dockStages(config, { ...common, archive: given.archive, proof: intake }, leftovers),
    ...{ docks, byRequest: manual, intake, statuses, ledger, log },
    release: config.dock.powerOff,
    retryMs: RETRY_MS,
    sweepSeconds: config.queue.sweepSeconds,
  });
  onStop(() => seal.stop());
  onStop(() => intake.stop());
  onStop(() => incomplete.stop());
  onStop(() => desk.stop());
  incomplete.start();
  // Copies of an earlier process are sealed before anything new is.
  seal.wake();
  await desk.start();
  return {
    ingest: async (request) => desk.docked(await manual.dock(request)),
    undock: (dockingId) => desk.undock(dockingId, (key) => manual.undock(key)),
    putFirst: (dockingId) => intake.putFirst(dockingId),
    archived: (recordingId) => desk.archived(recordingId),
    learning: desk.learner,
  };
}

function intakeSettings({ station, intake }: Config) {
  return {
    stationId: station.id,
    timezone: station.timezone,
    filesAtOnce: intake.filesAtOnce,
    gapBytesMax: intake.gapsMax * BYTES_PER_MIB,
    verify: intake.verify,
    known: intake.known as 'sampled' | 'whole',
    patterns: compilePatterns(intake.patterns),
    otherPatterns: compilePatterns(DRIVERS.flatMap(({ patterns }) => patterns)),
    retryMs: RETRY_MS,
  };
}

function dockStages(
  config: Config,
  common: Omit<ConstructorParameters<typeof WipeStage>[0], 'policy' | 'filesPerBatch' | 'needs'> & { readonly board: SlotBoard },
  leftovers: Leftovers,
) {
  const { station, dock } = config;
  const recorderClock = new RecorderClock({ ...common, timezone: station.timezone, warnMs: dock.clockWarn * 1000, set: dock.setClock });
  const dockStage = new DockStage({
    ...common,
    recorderClock,
    stationId: station.id,
    drivers: DRIVERS,
    fallback: FALLBACK,
    unknown: dock.unknown as 'leave' | 'take',
    leftovers,
    endsTakeOut: dock.endsTakeOut,
    chargePercentMin: dock.chargeMin,
  });
  const policy = dock.wipe as 'never' | 'after-sealed' | 'after-archived';
  return {
    recorderClock,
    dockStage,
    wipeStage: new WipeStage({ ...common, needs: evictionNeeds(config.eviction), policy, filesPerBatch: FILES_PER_WIPE_BATCH }),
  };
}

/** Opens the docks of the configuration. The dock for directories that a person names is always there. */
async function openDocks({ config, env, clock, log, places }: StationContext, { ledger, watch }: Given) {
  const { filesMax, depthMax, fileMax } = config.intake;
  const limits = { filesMax, depthMax, fileBytesMax: fileMax * BYTES_PER_MIB };
  const openVolume = (place: CardPlace) => new DirectoryVolume({ ...place, limits });
  const manual = new ManualDock({ openVolume, own: ownPlacesOf(config) });
  const docks: Dock[] = [manual];
  if (watch && config.dock.watch.length > 0) {
    docks.push(new DirectoryDock({ places: config.dock.watch, settleMs: config.dock.settleMs, openVolume, log }));
  }
  if (watch && config.dock.usb) {
    // Loaded here only: most stations in a checkout have no ports to watch.
    const { usbDocking } = await import('./usb-docking.ts');
    docks.push(await usbDocking({ config, env, clock, log, ledger, drivers: DRIVERS, limits, mounts: places.mounts }));
  }
  return { docks, manual };
}
