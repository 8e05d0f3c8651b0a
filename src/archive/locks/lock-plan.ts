import { EvidockError } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import { type LockNeed, nextLockDate } from '#domain/lock/dates';
import type { LockMode } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Clock } from '#ports/clock';
import type { LedgerReader } from '#ports/ledger';
import type { LockWish } from '#ports/work-gate';

const DAY_MS = 86_400_000;
/** Time for a probe of the bucket, some thirty small requests. */
const PROBE_MS_MAX = 60_000;

interface Options {
  readonly ledger: Pick<LedgerReader, 'archive'>;
  readonly locks: ArchiveLocks;
  readonly clock: Clock;
  /** Name of the archive in copies. */
  readonly place: string;
  /** How far ahead the date of an open term is set, ms. */
  readonly horizonMs: number;
  /** How long a recording has to be locked, by its terms. */
  readonly needOf: (recordingId: string) => Promise<LockNeed>;
}

/** Says how the originals of a recording are to be locked in this archive, by their terms and by what the bucket can do. */
export class LockPlan {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What the bucket can do. Probes it if that was not done yet. Throws archive.unfit for one in which nothing may be archived, and what keeps it from being asked. */
  async bucket(signal = AbortSignal.timeout(PROBE_MS_MAX)): Promise<BucketCapabilities> {
    const { locks, ledger, place } = this.#options;
    const found = locks.capabilities() ?? (await locks.probe(signal));
    if (found.refusal) throw new EvidockError('archive.unfit', found.refusal);
    if (found.mode !== null) mustBeSame(await ledger.archive.lockModes(place), found.mode);
    return found;
  }

  /** null: nothing is locked in this archive. Throws as `bucket`. */
  async wish(recordingId: string): Promise<LockWish | null> {
    const found = await this.bucket();
    if (found.mode === null) return null;
    return this.lacks(recordingId, found, { lockedUntilMs: null, legalHold: false });
  }

  /** What has to be set beside what is there. */
  async lacks(
    recordingId: string,
    found: BucketCapabilities,
    now: { readonly lockedUntilMs: number | null; readonly legalHold: boolean },
  ): Promise<LockWish> {
    const { clock, horizonMs, needOf } = this.#options;
    const need = await needOf(recordingId);
    const furthestMs = found.lockDaysMax * DAY_MS;
    const untilMs = nextLockDate(need, {
      nowMs: clock.nowMs(),
      horizonMs: need.horizonDays === null ? horizonMs : need.horizonDays * DAY_MS,
      furthestMs,
      lockedUntilMs: now.lockedUntilMs,
    });
    return { untilMs, hold: need.hold && found.hold && !now.legalHold };
  }
}

/** A mode is fixed once: copies that are locked in the other one could not be prolonged. */
function mustBeSame(modes: readonly LockMode[], mode: LockMode): void {
  const other = modes.find((each) => each !== mode);
  if (other !== undefined) throw new EvidockError('archive.unfit', because('lock-modes-differ', { found: other, mode }));
}
