import { stationBy } from '#domain/custody/actor';
import { CopyLocked } from '#domain/custody/archive-entries';
import { HoldMirrored } from '#domain/custody/hold-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError, said } from '#domain/errors';
import { nextLockLook } from '#domain/lock/dates';
import { because, type Reason } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { DueMirror, HeldObject } from '#ports/ledger/holds';

/** Recordings of one turn, which one entry tells. */
const TURN = 50;
/** After a failure it is tried again so much later, ms, twice as long each time. */
const RETRY_MS = 30_000;
const RETRY_MS_MAX = 3_600_000;
/** Doublings until RETRY_MS_MAX is reached. */
const DOUBLINGS_MAX = 10;

/** The holds of single objects in the archive. */
export interface HoldStorage {
  /** Name of the archive in the ledger's copies. */
  readonly name: string;
  /** Whether it can hold single objects. Throws what keeps it from being asked. */
  canHold(): Promise<boolean>;
  /**
   * The versions of objects that a copy of an original consists of: itself and its manifest. None for what can be made again, and for facts, which are written anew: an
   * older version of them would stay held for ever. Throws archive.refused where a version is not known yet.
   */
  objectsOf(copy: Copy): Promise<readonly HeldObject[]>;
  /**
   * Sets or takes away the hold of one version, and reads it back. Returns how it is now: what its term holds as well stays held. Throws archive.*.
   */
  hold(object: HeldObject, of: { readonly recordingId: string; readonly on: boolean }, signal: AbortSignal): Promise<boolean>;
}

export interface MirrorOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** null: no archive is configured. */
  readonly storage: HoldStorage | null;
  readonly faults: FaultPoints;
  readonly stationId: string;
}

interface PlacedCopy {
  readonly copy: Copy;
  readonly held: boolean;
}

type Outcome =
  | {
      readonly is: 'placed';
      readonly due: DueMirror;
      readonly seen: readonly Copy[];
      readonly copies: readonly PlacedCopy[];
      readonly objects: readonly HeldObject[];
    }
  | { readonly is: 'nothing'; readonly due: DueMirror; readonly why: Reason }
  | { readonly is: 'failed'; readonly due: DueMirror; readonly why: Reason };

/**
 * Takes one turn of the queue: what the ledger holds is held in the storage, and what nothing holds any more is let go there. The queue is a table, so a turn that is cut
 * short is taken again; to hold what is held changes nothing. Returns how many recordings it looked at.
 */
export async function mirrorTurn(options: MirrorOptions, signal: AbortSignal): Promise<number> {
  const { ledger, clock, faults } = options;
  const due = await ledger.holds.toMirror(clock.nowMs(), TURN);
  const outcomes: Outcome[] = [];
  for (const each of due) {
    if (signal.aborted) break;
    outcomes.push(await place(options, each, signal));
  }
  if (outcomes.length === 0) return 0;
  faults.reached('w41-holds-placed');
  await note(options, outcomes);
  faults.reached('w42-holds-noted');
  return outcomes.length;
}

async function place({ ledger, storage }: MirrorOptions, due: DueMirror, signal: AbortSignal): Promise<Outcome> {
  if (storage === null) return { is: 'nothing', due, why: because('hold-no-archive', {}) };
  try {
    if (!(await storage.canHold())) return { is: 'nothing', due, why: because('hold-storage-cannot', {}) };
    const of = { recordingId: due.recordingId, on: due.held };
    const there = (await ledger.recordings.copies(due.recordingId)).filter(({ where }) => where === storage.name);
    const objects: HeldObject[] = [];
    const copies: PlacedCopy[] = [];
    for (const copy of there) {
      let held = true;
      const own = await storage.objectsOf(copy);
      for (const object of own) held = (await storage.hold(object, of, signal)) && held;
      objects.push(...own);
      if (own.length > 0) copies.push({ copy, held });
    }
    const former = due.objects.filter(({ key, versionId }) => !objects.some((each) => each.key === key && each.versionId === versionId));
    for (const object of former) if (await holdFormer(storage, object, of, signal)) objects.push(object);
    if (objects.length === 0) return { is: 'nothing', due, why: because('hold-no-copy', {}) };
    return { is: 'placed', due, seen: there, copies, objects };
  } catch (error) {
    return { is: 'failed', due, why: error instanceof EvidockError ? error.reason : said(error as Error) };
  }
}

/** A version that was held when it was the copy, and was withdrawn since: it is let go with the others. Returns whether it is there at all. */
async function holdFormer(storage: HoldStorage, object: HeldObject, of: { recordingId: string; on: boolean }, signal: AbortSignal) {
  try {
    await storage.hold(object, of, signal);
    return true;
  } catch (error) {
    if (error instanceof EvidockError && error.code === 'archive.missing') return false;
    throw error;
  }
}

/** Notes what came of the turn. Where a copy came meanwhile, or the recording is held otherwise by now, it waits on. */
async function note({ ledger, clock, storage, stationId }: MirrorOptions, outcomes: readonly Outcome[]): Promise<void> {
  const atMs = clock.nowMs();
  await ledger.transaction(async (writer) => {
    const told: Record<'held' | 'lifted', { recording: string; objects: number }[]> = { held: [], lifted: [] };
    for (const outcome of outcomes) {
      const { recordingId, held, attempts } = outcome.due;
      if (outcome.is === 'failed') {
        const laterMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(attempts, DOUBLINGS_MAX));
        await writer.holds.postponeMirror(recordingId, { dueAtMs: atMs + laterMs, why: outcome.why });
        continue;
      }
      if (outcome.is === 'nothing') {
        await writer.holds.noteMirrored(recordingId, { state: 'none', why: outcome.why, objects: outcome.due.objects });
        continue;
      }
      const there = (await writer.recordings.copies(recordingId)).filter(({ where }) => where === storage?.name);
      const state = held ? 'held' : 'lifted';
      if (!sameCopies(there, outcome.seen)) continue;
      const objects = held ? outcome.objects : [];
      if (!(await writer.holds.noteMirrored(recordingId, { state, why: null, objects }))) continue;
      told[state].push({ recording: recordingId, objects: outcome.objects.length });
      await noteLocks(writer, there, outcome.copies, atMs);
    }
    for (const state of ['held', 'lifted'] as const) {
      if (told[state].length === 0) continue;
      const about = { atMs, actor: stationBy('hold'), subject: subject('station', stationId) };
      const data = { held: state === 'held', archive: storage?.name ?? '' };
      await writer.custody.append(HoldMirrored.make({ ...about, data, lists: { recordings: told[state] } }));
    }
  });
}

/** The rows of copies tell how the storage holds them, as they tell its dates. */
async function noteLocks(writer: LedgerWriter, there: readonly Copy[], placed: readonly PlacedCopy[], atMs: number): Promise<void> {
  const held = new Map(placed.map((each) => [each.copy.itemId, each.held]));
  const changed = there.filter(({ itemId, legalHold }) => held.has(itemId) && held.get(itemId) !== legalHold);
  const [first] = changed;
  if (!first) return;
  for (const copy of changed) {
    const { versionId, manifestVersionId, lockMode, lockedUntilMs } = copy;
    const lock = {
      versionId,
      manifestVersionId,
      lockMode,
      lockedUntilMs,
      legalHold: held.get(copy.itemId) ?? false,
      lockCheckedAtMs: atMs,
    };
    await writer.archive.setLock(copy, lock, nextLockLook({ nowMs: atMs, lockedUntilMs }));
  }
  const objects = changed.map(({ itemId, versionId, manifestVersionId, lockMode, lockedUntilMs }) => ({
    ...{ item: itemId, version: versionId, manifest: manifestVersionId, mode: lockMode, untilMs: lockedUntilMs },
    hold: held.get(itemId) ?? false,
  }));
  const about = { atMs, actor: stationBy('hold'), subject: subject('recording', first.recordingId) };
  await writer.custody.append(CopyLocked.make({ ...about, data: { archive: first.where, why: 'hold' }, lists: { objects } }));
}

function sameCopies(there: readonly Copy[], seen: readonly Copy[]): boolean {
  const names = (copies: readonly Copy[]) => copies.map(({ itemId, key, versionId }) => `${itemId} ${key} ${versionId}`).sort();
  return JSON.stringify(names(there)) === JSON.stringify(names(seen));
}
