import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveRecords } from '#archive/archive-records';
import { ArchiveStage } from '#archive/archive-stage';
import { DeriveRecords } from '#derive/derive-records';
import { Comparison } from '#desk/archive-comparison/compare';
import { DutyKeeper } from '#desk/duties/keeper';
import { mirrorTurn } from '#desk/holds/mirror';
import { ScrubLane } from '#desk/scrub/scrubber';
import { STATION as STATION_ACTOR } from '#domain/custody/actor';
import { asEvidockError, isFailure } from '#domain/errors';
import { hoursOf } from '#domain/time/hours';
import { derivativeKey } from '#domain/vault/vault-key';
import { type Claim, workId } from '#domain/work';
import { DRIVERS } from '#drivers';
import { claimed } from '#test/support/ledger/claims';
import { STATION, type StationLife, ZONE } from './station-life.ts';

const DAY_MS = 86_400_000;
/** How long each recording of the simulation lasts. */
const LENGTH_MS = 600_000;
/** More readings of one place in one day are put off: a fault that stays must not hold the simulation. */
const READINGS_MAX = 400;

/** What the daemon does by itself, until nothing is left to do today. `passedMs`: since this was called last; the scrub paces itself by it. */
export async function keepDay(life: StationLife, passedMs: number): Promise<void> {
  const { ledger, clockWatch, keeper } = life;
  clockWatch.state();
  await clockWatch.record();
  await keeper.look();
  for (const id of await ledger.holds.toSpread(100)) while (!(await ledger.transaction((writer) => writer.holds.spread(id, 1000))).done);
  await life.evictor.recover();
  for (const id of await ledger.eviction.fetches(100)) await life.fetchBack.fetch(id);
  await work(life);
  await keeper.look();
  await mirror(life);
  await life.lockKeeper.turn(AbortSignal.timeout(600_000));
  for (const place of ['vault', life.storage.archive.name]) await readAgain(life, place, passedMs);
  await compare(life);
  // What was withdrawn is stored anew.
  await work(life);
  await keeper.look();
  await mirror(life);
  await duties(life).look();
}

async function mirror(life: StationLife): Promise<void> {
  while ((await mirrorTurn(life.mirror, AbortSignal.timeout(60_000))) > 0);
}

async function work(life: StationLife): Promise<void> {
  const { ledger, clock } = life;
  for (const { recordingId } of await ledger.work.due(clock.nowMs(), 'derive', 1000)) await derive(life, recordingId);
  const gate = new ArchiveRecords({
    ...{
      ledger,
      clock,
      faults: life.killer,
      onArchived: () => undefined,
      onHealed: () => undefined,
      lockWish: (id) => life.lockPlan.wish(id),
    },
    settings: { stationId: STATION, timezone: ZONE, derivatives: false },
  });
  const stage = new ArchiveStage({
    ...{
      gate,
      vault: life.vault,
      archive: life.killer.mortal(life.storage.archive),
      clock,
      locks: life.killer.mortal(life.storage.locks),
      log: life.log,
    },
    claims: { postpone: (claim, how) => ledger.transaction((writer) => writer.work.postpone(claim, how)) },
    settings: { verify: 'readback', derivatives: false, hours: hoursOf('', 'UTC'), standstillMsMax: 60_000 },
  });
  for (const { recordingId } of await ledger.work.due(clock.nowMs(), 'archive', 1000)) {
    const claim = await ledger.transaction((writer) => claimed(writer, workId('archive', recordingId)));
    const quiet = { onPercent: () => undefined, onProgress: () => undefined };
    try {
      await stage.run(claim, { later: false, failedBefore: null, signal: new AbortController().signal, ...quiet });
    } catch (error) {
      life.killer.mustLive();
      // The runner of the station puts it off too: a lock whose date has just passed by the storage's own clock gets another one next time.
      if (!isFailure(error, 'archive.refused', 'archive.slow', 'archive.unreachable', 'archive.lock-differs')) throw error;
      const { code, reason } = asEvidockError(error);
      await ledger.transaction((writer) => writer.work.fail(claim, { code, reason, retryInMs: 0 }));
    }
  }
}

/** Deriving takes a transcoder a second for each recording, so a picture of a few bytes stands for what it makes. It is put on record as the stage does. */
async function derive(life: StationLife, recordingId: string): Promise<void> {
  const { ledger, vault, clock, killer, log } = life;
  const claim: Claim = await ledger.transaction((writer) => claimed(writer, workId('derive', recordingId)));
  const settings = { stationId: STATION, timezone: ZONE, drivers: DRIVERS, archiveDerivatives: false };
  const records = new DeriveRecords({ ledger, vault, clock, log, faults: killer, settings, onDerived: () => undefined });
  const { recording, originals } = await records.item(claim);
  const path = join(life.directory, 'picture');
  await writeFile(path, `picture of ${recordingId}`);
  const vaultKey = derivativeKey(recordingId, claim.token, 'poster.jpg');
  const stored = await vault.adoptDerivative(path, vaultKey);
  await rm(path, { force: true });
  await records.record(claim, {
    ...{ kind: recording.kind, durationMs: LENGTH_MS, damage: null, notes: [], inside: { creationTime: null, durationMs: LENGTH_MS } },
    derivatives: [{ kind: 'poster', recipe: 'poster/1', vaultKey, mediaType: 'image/jpeg', ...stored }],
    segmentsMs: originals.map(() => LENGTH_MS),
  });
}

/** The scrub at its own pace, for as long as has passed. Its sums are counted anew, because they stand for ten minutes of real time. */
async function readAgain(life: StationLife, place: string, passedMs: number): Promise<void> {
  const signal = AbortSignal.timeout(600_000);
  const lane = new ScrubLane(life.scrubDeps, place);
  let spentMs = 0;
  for (let n = 0; n < READINGS_MAX && spentMs < passedMs; n += 1) {
    const { outcome, waitMs } = await lane.turn(signal);
    life.killer.mustLive();
    if (outcome === 'nothing' || outcome === 'paused' || outcome === 'away') return;
    spentMs += Math.max(waitMs, 1000);
  }
}

async function compare(life: StationLife): Promise<void> {
  const { ledger, clock, storage } = life;
  const last = await ledger.archive.comparison(storage.archive.name);
  if (last && last.endedAtMs !== null && last.endedAtMs > clock.nowMs() - DAY_MS && last.endedAtMs <= clock.nowMs()) return;
  const { archive, locks, inventory } = storage;
  const given = {
    ledger,
    clock,
    archive: life.killer.mortal(archive),
    locks: life.killer.mortal(locks),
    inventory,
    pokeWork: () => undefined,
  };
  const signal = AbortSignal.timeout(600_000);
  for await (const _ of new Comparison({ ...given, stationId: STATION, actor: STATION_ACTOR, signal, acceptBucket: false }).run());
}

function duties(life: StationLife): DutyKeeper {
  const { ledger, clock, clockWatch, retention, storage } = life;
  const schedule = async () => {
    const version = await ledger.retention.inForce();
    return version && retention.shelf.of(version);
  };
  const limits = {
    lateMs: DAY_MS,
    untaggedMs: 7 * DAY_MS,
    archiveMs: DAY_MS,
    absentMs: 60 * DAY_MS,
    clockMs: 60_000,
    answerMs: 3 * DAY_MS,
  };
  const failed = (error: unknown) => {
    throw error;
  };
  const machine = { state: () => null, limits: { wearPercent: 90, fullWithinMs: 30 * DAY_MS, answerMs: limits.answerMs } };
  const { limits: scrub } = life.scrubDeps;
  const looking = {
    ledger,
    clock,
    clockWatch,
    archive: storage.archive,
    schedule,
    stationId: STATION,
    limits,
    scrub,
    machine,
    heartbeat: null,
  };
  return new DutyKeeper({ deps: looking, tell: async () => undefined, failed });
}
