import { STANDSTILL_MS_DEFAULT } from '#adapters/ffmpeg/settings';
import { ArchiveStage } from '#archive/archive-stage';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { DeriveStage } from '#derive/derive-stage';
import { hoursOf } from '#domain/time/hours';
import type { WorkLane } from '#domain/work';
import type { Archive } from '#ports/archive';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Scratch } from '#ports/scratch';
import type { DerivativeVault, VaultReader } from '#ports/vault';
import type { ArchiveGate, DeriveGate, WorkClaims } from '#ports/work-gate';
import type { StationContext } from './context.ts';

/**
 * The standstill limit of archive work, in time-outs of the archive. A transfer on which nothing moves tries a few times and then fails by itself before this.
 */
const STANDSTILL_TIMEOUTS = 6;
const STANDSTILL_MS_MIN = 120_000;
/** The standstill limit of derive work, ms. A media process that stands still is stopped before this, and then the next way is tried. */
const DERIVE_STANDSTILL_MS = STANDSTILL_MS_DEFAULT + 60_000;

interface DeriveParts {
  readonly claims: WorkClaims;
  readonly gate: DeriveGate;
  readonly vault: Pick<VaultReader, 'read' | 'localFiles'> & Pick<DerivativeVault, 'adoptDerivative'>;
  readonly scratch: Scratch;
}

/** Builds the derive stage, on the station itself or on a worker. They differ only in `parts`. */
export async function deriveStage({ config, log, faults }: StationContext, parts: DeriveParts): Promise<DeriveStage> {
  const { attemptsMax } = config.queue;
  const settings = { attemptsMax, turnMs: config.derive.timeLimit * 1000, standstillMsMax: DERIVE_STANDSTILL_MS };
  return new DeriveStage({ ...parts, log, faults, transcoder: await openTranscoder(config), settings });
}

interface ArchiveParts {
  readonly claims: WorkClaims;
  readonly gate: ArchiveGate;
  readonly vault: Pick<VaultReader, 'read' | 'readSmall'>;
  readonly archive: Archive;
  readonly locks: ArchiveLocks;
  /** The station's policy, which holds wherever the work is done. */
  readonly policy: {
    readonly verify: 'readback' | 'head';
    readonly derivatives: boolean;
    readonly hours: string;
    readonly timezone: string;
  };
}

export function archiveStage({ config, clock, log }: StationContext, { policy, ...parts }: ArchiveParts): ArchiveStage {
  const { verify, derivatives, hours, timezone } = policy;
  const standstillMsMax = Math.max(STANDSTILL_MS_MIN, STANDSTILL_TIMEOUTS * config.archive.s3.timeout * 1000);
  return new ArchiveStage({ ...parts, clock, log, settings: { verify, derivatives, hours: hoursOf(hours, timezone), standstillMsMax } });
}

/** How many runs each lane may have at once. Slow work never takes the last place of the others. */
export function lanePlaces({ derive, archive }: Config): Readonly<Record<WorkLane, number>> {
  const later = derive.atOnce === 0 ? 0 : Math.max(1, derive.atOnce - 1);
  return { derive: derive.atOnce, 'derive-later': later, archive: archive.atOnce };
}

async function openTranscoder(config: Config) {
  const { FfmpegTranscoder } = await import('#adapters/ffmpeg/ffmpeg-transcoder');
  return new FfmpegTranscoder({ settings: mediaSettings(config) });
}

/** The bounds of every media process of this host. */
export function mediaSettings({ derive }: Config) {
  return {
    ffmpeg: derive.ffmpeg,
    ffprobe: derive.ffprobe,
    height: derive.height,
    threads: derive.threads,
    timeLimitMs: derive.timeLimit * 1000,
    outputBytesMax: derive.outputMax * BYTES_PER_MIB,
    memoryBytesMax: derive.memoryMax * BYTES_PER_MIB,
    heifConvert: derive.heifConvert,
  };
}
