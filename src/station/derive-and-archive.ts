import { randomBytes } from 'node:crypto';
import type { BullmqQueue } from '#adapters/bullmq-queue/bullmq-queue';
import { PrivateRedis } from '#adapters/bullmq-queue/private-redis';
import { ArchiveRecords } from '#archive/archive-records';
import { ArchiveStage } from '#archive/archive-stage';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { DeriveRecords } from '#derive/derive-records';
import { DeriveStage } from '#derive/derive-stage';
import { asEvidockError } from '#domain/errors';
import { hoursOf } from '#domain/time/hours';
import { PRIORITY, STATION_HOST } from '#domain/work';
import { DRIVERS } from '#drivers';
import { type Log, sweepFailed, uploadsAborted } from '#events';
import type { Archive } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import type { Scratch } from '#ports/scratch';
import type { Vault } from '#ports/vault';
import type { WorkHandler } from '#ports/work-handler';
import type { StationContext } from './context.ts';
import { LedgerClaims } from './ledger-claims.ts';
import { WorkRunner } from './work-runner.ts';

/** More than a transfer takes to fail for good when nothing moves: it tries a few times. */
const STANDSTILL_TIMEOUTS = 6;
const STANDSTILL_MS_MIN = 120_000;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly scratch: Scratch;
  readonly archive: Archive | null;
  /** A host has archived a recording, maybe this one. Called again for the same one at will. */
  readonly onArchived: (recordingId: string) => Promise<void>;
}

/** What happens after the seal: derive and archive, over the queue. Starts it all. */
export async function startWorkLine(context: StationContext, given: Given): Promise<{ runner: WorkRunner; queue: BullmqQueue }> {
  const { config, clock, log, onStop } = context;
  const { ledger, archive } = given;
  const queue = await openQueue(context);
  const instance = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const claims = new LedgerClaims(ledger, { host: STATION_HOST, instance });
  const handlers: WorkHandler[] = [await deriveHandler(context, given, claims, (recordingId) => void runner.poke(recordingId))];
  if (archive) {
    const ring = (recordingId: string) => ringArchived(log, queue, recordingId);
    handlers.push(archiveHandler(context, { ...given, archive, claims, onArchived: ring }));
    queue.listen('archived', 1, given.onArchived);
    void abortAbandoned(context, archive);
  }
  const runner: WorkRunner = new WorkRunner({
    ledger,
    queue,
    clock,
    log,
    claims,
    handlers,
    concurrency: { derive: config.derive.atOnce, 'derive-later': Math.max(1, config.derive.atOnce - 1), archive: config.archive.atOnce },
    sweepSeconds: config.queue.sweepSeconds,
    random: Math.random,
  });
  onStop(() => runner.stop());
  await runner.start();
  return { runner, queue };
}

/** A ring that is lost is made up for by the dock desk's own sweep. */
function ringArchived(log: Log, queue: BullmqQueue, recordingId: string): void {
  queue
    .ring('archived', recordingId, { priority: PRIORITY.normal, delayMs: 0 })
    .catch((error: unknown) => sweepFailed(log, asEvidockError(error)));
}

async function deriveHandler(
  { config, clock, log, faults }: StationContext,
  { ledger, vault, scratch, archive }: Given,
  claims: LedgerClaims,
  onDerived: (recordingId: string) => void,
): Promise<DeriveStage> {
  const { id: stationId, timezone } = config.station;
  const archiveDerivatives = archive !== null && config.archive.derivatives;
  const settings = { stationId, timezone, drivers: DRIVERS, archiveDerivatives };
  const gate = new DeriveRecords({ ledger, vault, clock, log, faults, settings, onDerived });
  await gate.removeLeftovers();
  return new DeriveStage({
    ...{ gate, claims, vault, scratch, log, faults },
    transcoder: await openTranscoder(config),
    settings: { attemptsMax: config.queue.attemptsMax, turnMs: config.derive.timeLimit * 1000 },
  });
}

interface ArchiveParts {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly archive: Archive;
  readonly claims: LedgerClaims;
  readonly onArchived: (recordingId: string) => void;
}

function archiveHandler({ config, clock, log, faults }: StationContext, parts: ArchiveParts): ArchiveStage {
  const { ledger, vault, archive, claims, onArchived } = parts;
  const { id: stationId, timezone } = config.station;
  const { derivatives, hours, s3 } = config.archive;
  return new ArchiveStage({
    gate: new ArchiveRecords({ ledger, clock, faults, settings: { stationId, timezone, derivatives }, onArchived }),
    ...{ claims, vault, archive, clock, log },
    settings: {
      verify: config.archive.verify as 'readback' | 'head',
      derivatives,
      hours: hoursOf(hours, timezone),
      standstillMsMax: Math.max(STANDSTILL_MS_MIN, STANDSTILL_TIMEOUTS * s3.timeout * 1000),
    },
  });
}

async function openTranscoder({ derive }: Config) {
  const { FfmpegTranscoder } = await import('#adapters/ffmpeg/ffmpeg-transcoder');
  return new FfmpegTranscoder({
    settings: {
      ffmpeg: derive.ffmpeg,
      ffprobe: derive.ffprobe,
      height: derive.height,
      threads: derive.threads,
      timeLimitMs: derive.timeLimit * 1000,
      outputBytesMax: derive.outputMax * BYTES_PER_MIB,
      memoryBytesMax: derive.memoryMax * BYTES_PER_MIB,
      heifConvert: derive.heifConvert,
    },
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

/** An archive that is away now is cleaned at the next start. */
async function abortAbandoned({ config, clock, log }: StationContext, archive: Archive): Promise<void> {
  try {
    const aborted = await archive.abortAbandoned(clock.nowMs(), config.archive.abandonAfter * 3600_000);
    if (aborted > 0) uploadsAborted(log, { aborted });
  } catch (error) {
    sweepFailed(log, asEvidockError(error));
  }
}
