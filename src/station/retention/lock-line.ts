import { LockKeeper } from '#archive/locks/lock-keeper';
import { LockPlan } from '#archive/locks/lock-plan';
import { Comparison } from '#desk/archive-comparison/compare';
import { sha256Hex } from '#domain/canonical-json';
import { STATION } from '#domain/custody/actor';
import { asEvidockError, EvidockError, isFailure } from '#domain/errors';
import { manifestBeside } from '#domain/lock/compare-group';
import { lockNeedOf } from '#domain/lock/need';
import { because } from '#domain/reason';
import { archiveCompared, archiveWatchFailed, locksLooked } from '#events';
import type { Archive } from '#ports/archive';
import type { ArchiveInventory } from '#ports/archive-inventory';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Ledger } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';
import type { LockWish } from '#ports/work-gate';
import type { StationContext } from '../context.ts';
import { LogFold } from '../log-fold.ts';

const DAY_MS = 86_400_000;
/** How often the queue of locks is looked at, and whether a comparison is due. */
const TURN_MS = 60_000;
/** A station waits so long for a bucket at its start. One that is away is asked later, before anything is archived. */
const START_MS_MAX = 10_000;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'readSmall'>;
  readonly archive: Archive;
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
}

/** What of the station has to do with locks in the archive, and with the comparison of archive and ledger. */
export interface LockLine {
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
  readonly plan: LockPlan;
  wish(recordingId: string): Promise<LockWish | null>;
  /** Throws archive.unfit for a bucket in which nothing may be archived. One that is away says nothing yet. */
  mustFit(): Promise<void>;
  /** Keeps locks and compares once a day, until the station stops. */
  start(pokeWork: () => void): void;
  /** Its term holds its objects without a date. What a released legal hold leaves of that stays. */
  readonly heldByTerm: (recordingId: string) => Promise<boolean>;
}

export function openLockLine(context: StationContext, given: Given): LockLine {
  const { config, clock } = context;
  const { ledger, locks, inventory, archive } = given;
  const horizonMs = config.archive.s3.lockHorizon * DAY_MS;
  const needOf = async (recordingId: string) => lockNeedOf(await ledger.retention.termOf(recordingId));
  const plan = new LockPlan({ ledger, locks, clock, place: archive.name, horizonMs, needOf });
  return {
    ...{ locks, inventory, plan },
    heldByTerm: async (recordingId) => (await needOf(recordingId)).hold,
    wish: (recordingId) => plan.wish(recordingId),
    mustFit: () => mustFit(plan),
    start: (pokeWork) => startWatch(context, given, plan, pokeWork),
  };
}

async function mustFit(plan: LockPlan): Promise<void> {
  try {
    await plan.bucket(AbortSignal.timeout(START_MS_MAX));
  } catch (error) {
    if (isFailure(error, 'archive.unfit')) throw error;
  }
}

function startWatch(context: StationContext, given: Given, plan: LockPlan, pokeWork: () => void): void {
  const { config, clock, log, onStop } = context;
  const { ledger, vault, locks, archive } = given;
  const stopping = new AbortController();
  const fold = new LogFold();
  const manifestOf: ConstructorParameters<typeof LockKeeper>[0]['manifestOf'] = async ({ key: of }) => {
    const key = manifestBeside(of);
    const bytes = await vault.readSmall(key);
    return { key, bytes: bytes.length, sha256: sha256Hex(bytes) };
  };
  const { id: stationId } = config.station;
  const parts = { ledger, locks, plan, clock, place: archive.name, stationId, manifestOf };
  const keeper = new LockKeeper({ ...parts, perSecond: config.archive.s3.lockRate });
  const compare = async () => {
    const last = await ledger.archive.comparison(archive.name);
    if (last && last.endedAtMs !== null && last.endedAtMs > clock.nowMs() - DAY_MS) return;
    const wanted = { ...given, clock, pokeWork, stationId, actor: STATION, signal: stopping.signal, acceptBucket: false };
    for await (const line of new Comparison(wanted).run()) if (line.type === 'summary') archiveCompared(log, { ...line.counts });
  };
  const turn = async () => {
    try {
      const { looked, changed, failed } = await keeper.turn(stopping.signal);
      if (changed + failed > 0) locksLooked(log, { looked, changed, failed });
      await compare();
    } catch (error) {
      if (!stopping.signal.aborted) fold.tell('archive-watch', (repeated) => archiveWatchFailed(log, asEvidockError(error), repeated));
    }
  };
  let running: Promise<void> | null = null;
  const ring = () => {
    running ??= turn().finally(() => {
      running = null;
    });
  };
  const timer = setInterval(ring, TURN_MS);
  ring();
  onStop(async () => {
    clearInterval(timer);
    stopping.abort(new EvidockError('station.stopping', because('field', { field: 'archive' })));
    await running;
    fold.stop();
  });
}
