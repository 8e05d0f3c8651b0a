import { randomBytes } from 'node:crypto';
import type { BullmqQueue } from '#adapters/bullmq-queue/bullmq-queue';
import { PrivateRedis } from '#adapters/bullmq-queue/private-redis';
import { ArchiveRecords } from '#archive/archive-records';
import { DeriveRecords } from '#derive/derive-records';
import { asEvidockError } from '#domain/errors';
import { PRIORITY, STATION_HOST, type WorkStage } from '#domain/work';
import { DRIVERS } from '#drivers';
import { type Log, scrubNoticed, sweepFailed, uploadsAborted } from '#events';
import type { Archive } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import type { Scratch } from '#ports/scratch';
import type { Vault } from '#ports/vault';
import type { ArchiveGate, DeriveGate } from '#ports/work-gate';
import type { WorkHandler } from '#ports/work-handler';
import type { StationContext } from './context.ts';
import { LedgerClaims } from './ledger-claims.ts';
import type { LockLine } from './retention/lock-line.ts';
import { WorkRunner } from './work-runner.ts';
import { archiveStage, deriveStage, lanePlaces } from './work-stages.ts';
import { WorkSweep } from './work-sweep.ts';

interface Given {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly scratch: Scratch;
  readonly archive: Archive | null;
  /** null without an archive. */
  readonly lockLine: LockLine | null;
  /** Called when a recording is archived, by this host or another. It may be called more than once for the same recording. */
  readonly onArchived: (recordingId: string) => Promise<void>;
}

export interface WorkLine {
  readonly sweep: WorkSweep;
  readonly queue: BullmqQueue;
  /** The gates through which the work of the station itself and of its workers goes. */
  readonly gates: { readonly derive: DeriveGate; readonly archive: ArchiveGate | null };
}

/** Builds and starts what happens after the seal: derive and archive work, over the queue. */
export async function startWorkLine(context: StationContext, given: Given): Promise<WorkLine> {
  const { config, clock, log, onStop } = context;
  const { ledger, vault, scratch, archive, lockLine } = given;
  const queue = await openQueue(context);
  const instance = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const claims = new LedgerClaims(ledger, { host: STATION_HOST, instance });
  const derive = deriveRecords(context, given, (recordingId) => void sweep.poke(recordingId));
  await derive.removeLeftovers();
  const handlers: WorkHandler[] = [await deriveStage(context, { claims, gate: derive, vault, scratch })];
  const gates = {
    derive,
    archive: lockLine ? archiveRecords(context, ledger, lockLine, (recordingId) => ringArchived(log, queue, recordingId)) : null,
  };
  if (archive && lockLine && gates.archive) {
    const { derivatives, hours } = config.archive;
    const policy = { verify: config.archive.verify as 'readback' | 'head', derivatives, hours, timezone: config.station.timezone };
    handlers.push(archiveStage(context, { claims, gate: gates.archive, vault, archive, locks: lockLine.locks, policy }));
    queue.listen('archived', 1, given.onArchived);
    void abortAbandoned(context, archive);
  }
  const stages: WorkStage[] = handlers.map(({ stage }) => stage);
  const sweep: WorkSweep = new WorkSweep({ ledger, queue, clock, log, stages, sweepSeconds: config.queue.sweepSeconds });
  const runner = new WorkRunner({ queue, clock, log, claims, handlers, concurrency: lanePlaces(config), random: Math.random });
  onStop(() => runner.stop());
  await runner.start();
  onStop(() => sweep.stop());
  await sweep.start();
  return { sweep, queue, gates };
}

/** Rings the station for an archived recording. If the ring is lost, the dock desk's own sweep finds the recording. */
function ringArchived(log: Log, queue: BullmqQueue, recordingId: string): void {
  queue
    .ring('archived', recordingId, { priority: PRIORITY.normal, delayMs: 0 })
    .catch((error: unknown) => sweepFailed(log, asEvidockError(error)));
}

function deriveRecords(
  { config, clock, log, faults }: StationContext,
  { ledger, vault, archive }: Given,
  onDerived: (recordingId: string) => void,
): DeriveRecords {
  const { id: stationId, timezone } = config.station;
  const archiveDerivatives = archive !== null && config.archive.derivatives;
  return new DeriveRecords({
    ledger,
    vault,
    clock,
    log,
    faults,
    settings: { stationId, timezone, drivers: DRIVERS, archiveDerivatives },
    onDerived,
  });
}

function archiveRecords(
  { config, clock, log, faults }: StationContext,
  ledger: Ledger,
  lockLine: LockLine,
  onArchived: (recordingId: string) => void,
): ArchiveRecords {
  const { id: stationId, timezone } = config.station;
  return new ArchiveRecords({
    ledger,
    clock,
    faults,
    settings: { stationId, timezone, derivatives: config.archive.derivatives },
    lockWish: (recordingId) => lockLine.wish(recordingId),
    onArchived,
    onHealed: (copy) => scrubNoticed(log, { what: 'healed', ...copy }),
  });
}

async function openQueue({ config, places, log, onStop }: StationContext): Promise<BullmqQueue> {
  const { queue } = config;
  const { BullmqQueue } = await import('#adapters/bullmq-queue/bullmq-queue');
  if (queue.url !== '') return new BullmqQueue({ server: { url: queue.url }, prefix: queue.prefix, stationId: config.station.id, log });
  const redis = new PrivateRedis({ directory: places.queue, runDirectory: places.run, program: queue.redisServer, log });
  onStop(() => redis.stop());
  await redis.start();
  return new BullmqQueue({ server: redis.address, prefix: queue.prefix, stationId: config.station.id, log });
}

/** Aborts abandoned uploads. An archive that cannot be reached is cleaned at the next start. */
async function abortAbandoned({ config, clock, log }: StationContext, archive: Archive): Promise<void> {
  try {
    const aborted = await archive.abortAbandoned(clock.nowMs(), config.archive.abandonAfter * 3600_000);
    if (aborted > 0) uploadsAborted(log, { aborted });
  } catch (error) {
    sweepFailed(log, asEvidockError(error));
  }
}
