import { setTimeout as rest } from 'node:timers/promises';
import { STATION } from '#domain/custody/actor';
import { ArchiveFound, ArchiveSettled, CopyLocked } from '#domain/custody/archive-entries';
import { subject } from '#domain/custody/subject';
import { asEvidockError, type EvidockError, failureReason, isFailure } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import { manifestBeside } from '#domain/lock/compare-group';
import { nextLockLook } from '#domain/lock/dates';
import { type CopyLock, commonLock, type LockState } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { ExpectedObject, ObjectName } from '#ports/archive';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { LockPlan } from './lock-plan.ts';

/** So many copies are taken from the queue at once. */
const PAGE = 100;
/** When a lock that could not be set is tried again, ms. */
const AGAIN_MS = 3_600_000;

interface Options {
  readonly ledger: Ledger;
  readonly locks: ArchiveLocks;
  readonly plan: LockPlan;
  readonly clock: Clock;
  readonly place: string;
  readonly stationId: string;
  /** Copies that are looked at in a second. */
  readonly perSecond: number;
  /** What the manifest of an original holds; null where nobody can tell now. */
  readonly manifestOf: (copy: Copy) => Promise<ExpectedObject | null>;
}

interface Looked {
  readonly looked: number;
  readonly changed: number;
  readonly failed: number;
}

/**
 * Works through the queue of locks: each copy of an original is looked at in the storage, by its version, and locked for as long as its terms say. The queue is a
 * column of the ledger, so a restart forgets nothing. What cannot be locked is a finding.
 */
export class LockKeeper {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Looks at every copy that is due. Throws archive.unfit, and what keeps the storage from being asked. */
  async turn(signal: AbortSignal): Promise<Looked> {
    const { ledger, plan, place, clock, perSecond } = this.#options;
    const done = { looked: 0, changed: 0, failed: 0 };
    const bucket = await plan.bucket();
    if (bucket.versioning === 'off') return done;
    for (;;) {
      const due = await ledger.archive.locksDue(place, clock.nowMs(), PAGE);
      for (const copy of due) {
        signal.throwIfAborted();
        const outcome = await this.#look(copy, bucket, signal);
        done.looked += 1;
        if (outcome === 'changed') done.changed += 1;
        if (outcome === 'failed') done.failed += 1;
        await rest(1000 / perSecond, undefined, { signal });
      }
      if (due.length < PAGE) return done;
    }
  }

  async #look(copy: Copy, bucket: BucketCapabilities, signal: AbortSignal): Promise<'same' | 'changed' | 'failed'> {
    try {
      const named = await this.#withVersions(copy, signal);
      const lock = bucket.mode === null ? null : await this.#locked(named, bucket, signal);
      return await this.#record(copy, named, lock);
    } catch (error) {
      const failure = asEvidockError(error);
      signal.throwIfAborted();
      // The storage is away, or full of other work: the queue waits, and nothing is wrong with this copy.
      if (isFailure(failure, 'archive.unreachable', 'archive.slow')) throw failure;
      await this.#failed(copy, failure);
      return 'failed';
    }
  }

  /** Looks up versions that an older station did not note. Throws archive.missing where no version holds these bytes. */
  async #withVersions(copy: Copy, signal: AbortSignal): Promise<Copy> {
    const { locks, ledger, manifestOf } = this.#options;
    if (copy.versionId !== null && copy.manifestVersionId !== null) return copy;
    const original = await ledger.originals.get(copy.itemId);
    const find = async (known: string | null, expected: ExpectedObject | null) =>
      known ?? (expected === null ? null : await locks.findVersion(expected, { signal }));
    const sha256 = original?.digests?.sha256;
    const own = sha256 === undefined ? null : { key: copy.key, bytes: copy.bytes, sha256 };
    const versionId = await find(copy.versionId, own);
    const manifestVersionId = await find(copy.manifestVersionId, copy.manifestVersionId === null ? await manifestOf(copy) : null);
    return { ...copy, versionId, manifestVersionId };
  }

  /** The lock that original and manifest have in the end. */
  async #locked(copy: Copy, bucket: BucketCapabilities, signal: AbortSignal): Promise<LockState> {
    const { locks, plan } = this.#options;
    const objects: readonly ObjectName[] = [
      { key: copy.key, versionId: copy.versionId },
      ...(copy.manifestVersionId === null ? [] : [{ key: manifestBeside(copy.key), versionId: copy.manifestVersionId }]),
    ];
    const states = await Promise.all(objects.map((object) => locks.state(object, signal)));
    const now = states.reduce(commonLock);
    const lacks = await plan.lacks(copy.recordingId, bucket, { lockedUntilMs: now.untilMs, legalHold: now.hold });
    // A lock that was on record and is not there any more is set again, as long as it was: it never falls.
    const before = copy.lockedUntilMs !== null && copy.lockedUntilMs > (now.untilMs ?? 0) ? copy.lockedUntilMs : null;
    const untilMs = before === null ? lacks.untilMs : Math.max(before, lacks.untilMs ?? 0);
    if (untilMs === null && !lacks.hold) return now;
    const after: LockState[] = [];
    for (const object of objects) {
      let state = untilMs === null ? now : await locks.lock(object, untilMs, signal);
      if (lacks.hold) state = await locks.hold(object, true, signal);
      after.push(state);
    }
    return after.reduce(commonLock);
  }

  async #record(copy: Copy, named: Copy, lock: LockState | null): Promise<'same' | 'changed'> {
    const { ledger, clock, place } = this.#options;
    const nowMs = clock.nowMs();
    const { versionId, manifestVersionId } = named;
    const now: CopyLock = {
      ...{ versionId, manifestVersionId, lockMode: lock?.mode ?? null, lockedUntilMs: lock?.untilMs ?? null },
      ...{ legalHold: lock?.hold ?? false, lockCheckedAtMs: nowMs },
    };
    const nextLookMs = nextLockLook({ nowMs, lockedUntilMs: now.lockedUntilMs });
    const changed = isOther(copy, now);
    await ledger.transaction(async (writer) => {
      const current = (await writer.recordings.copies(copy.recordingId)).find(
        (each) => each.itemId === copy.itemId && each.where === place,
      );
      // It was withdrawn or archived anew meanwhile, and comes again as a new row.
      if (!current || current.key !== copy.key || current.versionId !== copy.versionId) return;
      if (!changed) await writer.archive.noteLook(copy, { checkedAtMs: nowMs, nextLookMs });
      else await this.#recordChange(writer, copy, now, nextLookMs);
      await this.#settle(writer, copy);
    });
    return changed ? 'changed' : 'same';
  }

  async #recordChange(writer: LedgerWriter, copy: Copy, now: CopyLock, nextLookMs: number): Promise<void> {
    const { clock, place } = this.#options;
    await writer.archive.setLock(copy, now, nextLookMs);
    const why = now.versionId !== copy.versionId ? 'version' : now.legalHold !== copy.legalHold ? 'hold' : 'extended';
    const { versionId: version, manifestVersionId: manifest, lockMode: mode, lockedUntilMs: untilMs, legalHold: hold } = now;
    await writer.custody.append(
      CopyLocked.make({
        ...{ atMs: clock.nowMs(), actor: STATION, subject: subject('recording', copy.recordingId), data: { archive: place, why } },
        lists: { objects: [{ item: copy.itemId, version, manifest, mode, untilMs, hold }] },
      }),
    );
  }

  async #failed(copy: Copy, failure: EvidockError): Promise<void> {
    const { ledger, clock, place, stationId } = this.#options;
    const nowMs = clock.nowMs();
    const what = because('lock-missing', { why: failureReason(failure) });
    await ledger.transaction(async (writer) => {
      await writer.archive.noteLook(copy, { checkedAtMs: copy.lockCheckedAtMs, nextLookMs: nowMs + AGAIN_MS });
      // What is gone altogether is the comparison's to tell.
      if (failure.code === 'archive.missing' || (await writer.archive.finding(place, nameOf(copy)))?.settledAtMs === null) return;
      const { recordingId } = copy;
      await writer.archive.putFinding({ place, ...nameOf(copy), recordingId, what, foundAtMs: nowMs, settledAtMs: null });
      const findings = [{ kind: 'unlocked', key: copy.key, version: '', recording: recordingId, what }];
      const about = { atMs: nowMs, actor: STATION, subject: subject('station', stationId) };
      await writer.custody.append(ArchiveFound.make({ ...about, data: { archive: place }, lists: { findings } }));
    });
  }

  async #settle(writer: LedgerWriter, copy: Copy): Promise<void> {
    const { clock, place, stationId } = this.#options;
    const name = nameOf(copy);
    const open = await writer.archive.finding(place, name);
    if (open === null || open.settledAtMs !== null) return;
    const atMs = clock.nowMs();
    await writer.archive.settleFinding(place, name, atMs);
    const findings = [{ kind: 'unlocked', key: copy.key, version: '', recording: copy.recordingId }];
    const about = { atMs, actor: STATION, subject: subject('station', stationId) };
    await writer.custody.append(ArchiveSettled.make({ ...about, data: { archive: place }, lists: { findings } }));
  }
}

const nameOf = ({ key }: Copy) => ({ kind: 'unlocked', key, versionId: '' }) as const;

function isOther(copy: CopyLock, now: CopyLock): boolean {
  const { lockCheckedAtMs: _, ...rest } = now;
  return (Object.keys(rest) as (keyof typeof rest)[]).some((name) => copy[name] !== now[name]);
}
