/**
 * How strict a lock is (S3 Object Lock). GOVERNANCE: whoever has a special right may end it; COMPLIANCE: nobody may before its date, not even the owner of the
 * bucket. A bucket has one mode for good, because the way from one to the other needs that special right.
 */
export const LOCK_MODES = ['GOVERNANCE', 'COMPLIANCE'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** The lock of one object, as the storage tells it. */
export interface LockState {
  /** null: the object has no lock with a date. */
  readonly mode: LockMode | null;
  /** Until when the storage refuses to delete this version, ms since 1970; null without a lock. */
  readonly untilMs: number | null;
  /** A hold that has no date: it lasts until somebody takes it away. */
  readonly hold: boolean;
}

/** What a copy row knows of its object in the storage; custody tells each change of it. */
export interface CopyLock {
  /** The version of the object, by which it is read, verified, locked and deleted. null: the place keeps no versions, or an older station did not note it. */
  readonly versionId: string | null;
  /** The same of the manifest that goes with an original; null for other items. */
  readonly manifestVersionId: string | null;
  readonly lockMode: LockMode | null;
  /** Never falls. Of original and manifest, the earlier date. */
  readonly lockedUntilMs: number | null;
  readonly legalHold: boolean;
  /** When the storage last told the lock, ms since 1970. */
  readonly lockCheckedAtMs: number | null;
}

export const NO_LOCK: CopyLock = {
  versionId: null,
  manifestVersionId: null,
  lockMode: null,
  lockedUntilMs: null,
  legalHold: false,
  lockCheckedAtMs: null,
};

/** The lock that two objects have in common: of both dates the earlier one, and a hold that both have. */
export function commonLock(one: LockState, other: LockState): LockState {
  const untilMs = one.untilMs === null || other.untilMs === null ? null : Math.min(one.untilMs, other.untilMs);
  return { mode: untilMs === null ? null : one.mode, untilMs, hold: one.hold && other.hold };
}
