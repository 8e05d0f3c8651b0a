import { createHash, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { S3Archive } from '#adapters/s3-archive/s3-archive';
import { ArchiveRecords } from '#archive/archive-records';
import { ArchiveStage } from '#archive/archive-stage';
import { LockKeeper } from '#archive/locks/lock-keeper';
import { LockPlan } from '#archive/locks/lock-plan';
import { Comparison, type ComparisonLine } from '#desk/archive-comparison/compare';
import { STATION } from '#domain/custody/actor';
import { manifestBeside } from '#domain/lock/compare-group';
import type { LockNeed } from '#domain/lock/dates';
import { hoursOf } from '#domain/time/hours';
import { workId } from '#domain/work';
import { STATION_ID, someWork } from '#test/support/builders';
import { claimed } from '#test/support/ledger/claims';
import { type ServedStation, servedStation } from '#test/support/served-station';

const DAY_MS = 86_400_000;
const faults = { reached: () => undefined };

/** A station with a real ledger and vault whose footage lies in a real bucket, with its keeper of locks and its comparison. */
export interface ArchivedStation extends ServedStation {
  readonly plan: LockPlan;
  readonly keeper: LockKeeper;
  /** What a recording needs now; the test changes it. */
  need: LockNeed;
  /** Adds a recording and archives it. Returns its id. */
  archived(bytes?: number): Promise<string>;
  archive(recordingId: string): Promise<void>;
  /** `laterMs`: the clock of the comparison is so much ahead. */
  compare(options?: { acceptBucket?: boolean; signal?: AbortSignal; laterMs?: number }): Promise<readonly ComparisonLine[]>;
}

export async function archivedStation(archive: S3Archive): Promise<ArchivedStation> {
  const clock = { nowMs: () => Date.now() };
  const station = await servedStation({ archive, bucket: archive });
  const { ledger } = station;
  const { vault } = station.deps;
  const given = { need: { until: 'open', notAfterMs: null, hold: false, horizonDays: null } as LockNeed };
  const place = archive.name;
  const plan = new LockPlan({ ledger, locks: archive.locks, clock, place, horizonMs: 400 * DAY_MS, needOf: async () => given.need });
  const manifestOf: ConstructorParameters<typeof LockKeeper>[0]['manifestOf'] = async (copy) => {
    const key = manifestBeside(copy.key);
    const bytes = await vault.readSmall(key);
    return { key, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const parts = { ledger, locks: archive.locks, plan, clock, place, stationId: STATION_ID };
  const keeper = new LockKeeper({ ...parts, perSecond: 1000, manifestOf });
  const stage = new ArchiveStage({
    gate: new ArchiveRecords({
      ...{ ledger, clock, faults, onArchived: () => undefined, onHealed: () => undefined, lockWish: (id) => plan.wish(id) },
      settings: { stationId: STATION_ID, timezone: 'UTC', derivatives: true },
    }),
    ...{ claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.work.postpone(claim, how)) }, vault, archive, clock },
    ...{ locks: archive.locks, log: pino({ level: 'silent' }) },
    settings: { verify: 'readback', derivatives: true, hours: hoursOf('', 'UTC'), standstillMsMax: 1000 },
  });
  const archiveIt = async (id: string) => {
    const claim = await ledger.transaction((writer) => claimed(writer, workId('archive', id)));
    const quiet = { onPercent: () => undefined, onProgress: () => undefined };
    await stage.run(claim, { later: false, failedBefore: null, signal: new AbortController().signal, ...quiet });
  };
  return Object.assign(given, {
    ...station,
    ...{ plan, keeper },
    archive: archiveIt,
    archived: async (bytes = 10_000) => {
      const { id } = await station.addRecording(randomBytes(bytes));
      await ledger.transaction((writer) => writer.work.insert(someWork('archive', id)));
      await archiveIt(id);
      return id;
    },
    compare: async ({ acceptBucket = false, signal = new AbortController().signal, laterMs = 0 } = {}) => {
      const wanted = { ledger, archive, locks: archive.locks, inventory: archive.inventory, pokeWork: () => undefined };
      const comparison = new Comparison({
        ...wanted,
        clock: { nowMs: () => Date.now() + laterMs },
        stationId: STATION_ID,
        actor: STATION,
        signal,
        acceptBucket,
      });
      const lines: ComparisonLine[] = [];
      for await (const line of comparison.run()) lines.push(line);
      return lines;
    },
  });
}
