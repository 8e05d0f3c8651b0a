import { join } from 'node:path';
import { pino } from 'pino';
import { LocalScratch } from '#adapters/disk/local-scratch';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { DeriveRecords } from '#derive/derive-records';
import { DeriveStage } from '#derive/derive-stage';
import { type Claim, workId } from '#domain/work';
import { DRIVERS } from '#drivers';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { claimed } from './claims.ts';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 1, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  /** For scratch directories; on the vault's disk or not. */
  readonly directory: string;
  readonly clock?: Clock;
  readonly turnMs?: number;
}

/** Derive on a real ledger, vault and transcoder, run as the runner does. */
export function deriving({ ledger, vault, directory, clock = { nowMs: () => Date.now() }, turnMs = 600_000 }: Options) {
  const faults = { reached: () => undefined };
  const settings = { stationId: 'test1', timezone: 'Asia/Shanghai', drivers: DRIVERS, archiveDerivatives: false };
  const gate = new DeriveRecords({ ledger, vault, clock, faults, settings, onDerived: () => undefined });
  const stage = new DeriveStage({
    claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.postponeWork(claim, how)) },
    gate,
    ...{ vault, faults, scratch: new LocalScratch(join(directory, 'scratch')), log: pino({ level: 'silent' }) },
    transcoder: new FfmpegTranscoder({ settings: SETTINGS }),
    settings: { attemptsMax: 1, turnMs },
  });
  const claim = (recordingId: string): Promise<Claim> =>
    ledger.transaction(async (writer) => {
      const id = workId('derive', recordingId);
      const nowMs = clock.nowMs();
      await writer.reopenWork({ id, stage: 'derive', recordingId, priority: 5, dueAtMs: nowMs, nowMs });
      return claimed(writer, id);
    });
  const derive = (held: Claim, later = false) =>
    stage.run(held, { later, signal: new AbortController().signal, onPercent: () => undefined, onProgress: () => undefined });
  return { stage, gate, claim, derive, run: async (recordingId: string, later = false) => derive(await claim(recordingId), later) };
}
