import { join } from 'node:path';
import { pino } from 'pino';
import { LocalScratch } from '#adapters/disk/local-scratch';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { DeriveRecords } from '#derive/derive-records';
import { DeriveStage } from '#derive/derive-stage';
import { type Claim, workId } from '#domain/work';
import { DRIVERS } from '#drivers';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { claimed } from '#test/support/ledger/claims';

const SETTINGS = { ffprobe: 'ffprobe', height: 720, threads: 1, outputBytesMax: 2 ** 30 };

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  /** Directory for scratch directories, on the vault's disk or not. */
  readonly directory: string;
  readonly clock?: Clock;
  readonly turnMs?: number;
  readonly faults?: FaultPoints;
  /** Program to run in place of ffmpeg. */
  readonly ffmpeg?: string;
  /** Time limit of each media process, ms. */
  readonly timeLimitMs?: number;
  /** Standstill limit of each media process, ms. */
  readonly mediaStandstillMsMax?: number;
  /** Standstill limit of a run of the stage, ms. */
  readonly standstillMsMax?: number;
  readonly attemptsMax?: number;
}

/** Derive on a real ledger, vault and transcoder, run as the runner does. */
export function deriving(options: Options) {
  const { ledger, vault, directory, clock = { nowMs: () => Date.now() }, turnMs = 600_000, attemptsMax = 1 } = options;
  const { faults = { reached: () => undefined }, ffmpeg = 'ffmpeg', timeLimitMs = 60_000, mediaStandstillMsMax } = options;
  const log = pino({ level: 'silent' });
  const settings = { stationId: 'test1', timezone: 'Asia/Shanghai', drivers: DRIVERS, archiveDerivatives: false };
  const gate = new DeriveRecords({ ledger, vault, clock, log, faults, settings, onDerived: () => undefined });
  const stage = new DeriveStage({
    claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.work.postpone(claim, how)) },
    gate,
    ...{ vault, faults, scratch: new LocalScratch(join(directory, 'scratch')), log },
    transcoder: new FfmpegTranscoder({
      settings: {
        ...SETTINGS,
        ffmpeg,
        timeLimitMs,
        ...(mediaStandstillMsMax === undefined ? {} : { standstillMsMax: mediaStandstillMsMax }),
      },
    }),
    settings: { attemptsMax, turnMs, standstillMsMax: options.standstillMsMax ?? 360_000 },
  });
  const claim = (recordingId: string): Promise<Claim> =>
    ledger.transaction(async (writer) => {
      const id = workId('derive', recordingId);
      const nowMs = clock.nowMs();
      await writer.work.reopen({ id, stage: 'derive', recordingId, priority: 5, dueAtMs: nowMs, nowMs });
      return claimed(writer, id);
    });
  const derive = (held: Claim, later = false) =>
    stage.run(held, {
      later,
      failedBefore: null,
      signal: new AbortController().signal,
      onPercent: () => undefined,
      onProgress: () => undefined,
    });
  return { stage, gate, claim, derive, run: async (recordingId: string, later = false) => derive(await claim(recordingId), later) };
}
