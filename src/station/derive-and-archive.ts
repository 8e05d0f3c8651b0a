import { randomBytes } from 'node:crypto';
import type { BullmqQueue } from '#adapters/bullmq-queue/bullmq-queue';
import { PrivateRedis } from '#adapters/bullmq-queue/private-redis';
import { ArchiveStage } from '#archive/archive-stage';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { DeriveStage } from '#derive/derive-stage';
import { asEvidockError } from '#domain/errors';
import { hoursOf } from '#domain/time/hours';
import { DRIVERS } from '#drivers';
import { sweepFailed, uploadsAborted } from '#events';
import type { Archive } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import type { StationContext } from './context.ts';
import { WorkRunner } from './work-runner.ts';

/** More than a transfer takes to fail for good when nothing moves: it tries a few times. */
const STANDSTILL_TIMEOUTS = 6;
const STANDSTILL_MS_MIN = 120_000;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly archive: Archive | null;
  readonly onArchived: (recordingId: string) => void;
}

/** What happens after the seal: derive and archive, over the queue. Starts it all. */
export async function startWorkLine(context: StationContext, given: Given): Promise<{ runner: WorkRunner; queue: BullmqQueue }> {
  const { config, clock, log, faults, onStop } = context;
  const { ledger, archive } = given;
  const queue = await openQueue(context);
  const common = { ledger, vault: given.vault, clock, log, faults };
  const derive = new DeriveStage({
    ...common,
    transcoder: await openTranscoder(config),
    settings: {
      stationId: config.station.id,
      timezone: config.station.timezone,
      drivers: DRIVERS,
      attemptsMax: config.queue.attemptsMax,
      turnMs: config.derive.timeLimit * 1000,
      archiveDerivatives: archive !== null && config.archive.derivatives,
    },
    onDerived: (recordingId) => void runner.poke(recordingId),
  });
  const handlers: (DeriveStage | ArchiveStage)[] = [derive];
  if (archive) {
    const settings = {
      verify: config.archive.verify as 'readback' | 'head',
      derivatives: config.archive.derivatives,
      hours: hoursOf(config.archive.hours, config.station.timezone),
      stationId: config.station.id,
      timezone: config.station.timezone,
      standstillMsMax: Math.max(STANDSTILL_MS_MIN, STANDSTILL_TIMEOUTS * config.archive.s3.timeout * 1000),
    };
    handlers.push(new ArchiveStage({ ...common, archive, settings, onArchived: given.onArchived }));
    void abortAbandoned(context, archive);
  }
  const runner: WorkRunner = new WorkRunner({
    ledger,
    queue,
    clock,
    log,
    owner: `${config.station.id}-${process.pid}-${randomBytes(4).toString('hex')}`,
    handlers,
    concurrency: { derive: config.derive.atOnce, 'derive-later': Math.max(1, config.derive.atOnce - 1), archive: config.archive.atOnce },
    sweepSeconds: config.queue.sweepSeconds,
    random: Math.random,
  });
  onStop(() => runner.stop());
  await runner.start();
  return { runner, queue };
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
  if (queue.url !== '') return new BullmqQueue({ server: { url: queue.url }, prefix: queue.prefix, log });
  const redis = new PrivateRedis({ directory: places.queue, runDirectory: places.run, program: queue.redisServer, log });
  onStop(() => redis.stop());
  await redis.start();
  return new BullmqQueue({ server: redis.address, prefix: queue.prefix, log });
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
