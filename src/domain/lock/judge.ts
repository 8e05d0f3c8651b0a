import { because, type Reason } from '#domain/reason';
import type { BucketCapabilities } from './capabilities.ts';
import type { LockMode } from './lock.ts';

/** What the configuration accepts in so many words. */
export const UNLOCKED = ['refused', 'accepted-without-lock', 'accepted-without-versions'] as const;
export type Unlocked = (typeof UNLOCKED)[number];

/** A clock of the storage that is further off makes each of its dates doubtful, ms. */
const CLOCK_MS_MAX = 5 * 60_000;
/** A storage that keeps no date of so many days cannot lock a generation. */
const LOCK_DAYS_MIN = 40;
/** The greatest distance that the probe tries, days. */
export const LOCK_DAYS_TRIED = 3649;

type Found = Omit<BucketCapabilities, 'refusal' | 'promises' | 'cannot' | 'mode'> & {
  /** Whether the bucket says that its objects can be locked. */
  readonly lockEnabled: boolean;
};

interface Wanted {
  readonly unlocked: Unlocked;
  /** The mode of the configuration; null: that of the bucket's own rule. */
  readonly lockMode: LockMode | null;
}

/** Whether a bucket may be the archive, and what it promises then. The one place that decides it. */
export function judgeBucket({ lockEnabled, ...found }: Found, wanted: Wanted): BucketCapabilities {
  const mode = found.locks ? (wanted.lockMode ?? found.defaultMode) : null;
  return {
    ...found,
    mode,
    refusal: refusalOf({ ...found, lockEnabled }, wanted),
    promises: promisesOf(found, mode),
    cannot: cannotOf(found, mode),
  };
}

function refusalOf(found: Found, { unlocked, lockMode }: Wanted): Reason | null {
  if (found.lifecycle === 'expires') return because('lifecycle-expires', {});
  if (found.lockEnabled && lockMode !== null && found.defaultMode !== null && found.defaultMode !== lockMode)
    return because('default-mode-differs', { found: found.defaultMode, mode: lockMode });
  if (found.versioning !== 'enabled' && unlocked !== 'accepted-without-versions')
    return because(found.versioning === 'suspended' ? 'versions-suspended' : 'without-versions', {});
  if (found.lockEnabled && lockMode === null && found.defaultMode === null && unlocked === 'refused') return because('lock-mode-unset', {});
  if (found.locks && found.clockOffsetMs !== null && Math.abs(found.clockOffsetMs) > CLOCK_MS_MAX)
    return because('storage-clock-off', { seconds: Math.round(found.clockOffsetMs / 1000) });
  if (unlocked !== 'refused') return null;
  if (!found.lockEnabled) return because('without-lock', {});
  if (!found.locks) return because('lock-does-not-hold', {});
  return found.lockDaysMax < LOCK_DAYS_MIN ? because('lock-days-few', { days: found.lockDaysMax }) : null;
}

type Known = Omit<Found, 'lockEnabled'>;

function promisesOf(found: Known, mode: LockMode | null): readonly Reason[] {
  const told: Reason[] = [];
  if (found.versioning === 'enabled') told.push(because('promises-versions', {}));
  if (mode === 'COMPLIANCE') told.push(because('promises-compliance', { days: found.lockDaysMax }));
  if (mode === 'GOVERNANCE') told.push(because('promises-governance', { days: found.lockDaysMax }));
  if (mode !== null && found.hold) told.push(because('promises-hold', {}));
  return told;
}

function cannotOf(found: Known, mode: LockMode | null): readonly Reason[] {
  const told: Reason[] = [];
  if (found.versioning !== 'enabled') told.push(because('cannot-versions', {}));
  if (mode === null) told.push(because('cannot-lock', {}));
  else {
    if (!found.hold) told.push(because('cannot-hold', {}));
    if (!found.multipart) told.push(because('cannot-multipart', {}));
    if (found.lockDaysMax < LOCK_DAYS_TRIED) told.push(because('cannot-further', { days: found.lockDaysMax }));
    if (found.mayBypass) told.push(because('cannot-own-key-bypasses', {}));
    if (mode === 'GOVERNANCE' && !found.mayBypass && (found.ownsBucket || found.mayChangePolicy))
      told.push(because('cannot-own-key-owns', {}));
    if (mode === 'GOVERNANCE' && found.ownsBucket === null) told.push(because('cannot-tell-owner', {}));
  }
  if (found.lifecycle === null) told.push(because('cannot-tell-lifecycle', {}));
  return told;
}
