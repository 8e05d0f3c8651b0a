const DAY_MS = 86_400_000;

/** Locks end on boundaries of so many days, so that most copies need no new date for as long. A date costs one request for each object. */
export const GENERATION_MS = 30 * DAY_MS;

/**
 * No date further ahead is ever set. Ceph's gateway keeps dates in 32 bits: one after 2106-02-07 06:28:15 UTC wraps to 1970, and the object can be deleted at
 * once (ceph issue 54516). Longer terms are kept by a date that moves on.
 */
const LOCK_MS_MAX = 3650 * DAY_MS;

/** How long the footage of a recording must be locked. */
export interface LockNeed {
  /** End of the minimum term, ms since 1970. `open`: it has no end yet, because it is permanent or waits for an event. */
  readonly until: number | 'open';
  /** End of the maximum term: a lock that lasts longer would break another rule. null: there is none. */
  readonly notAfterMs: number | null;
  /** Whether a hold without a date is to be set too, as for what is kept for ever. */
  readonly hold: boolean;
  /** How far ahead the date of an open term is set, days; null: as far as the configuration says. */
  readonly horizonDays: number | null;
}

interface Given {
  readonly nowMs: number;
  /** How far ahead the date of an open term is set, ms. */
  readonly horizonMs: number;
  /** The greatest distance at which the storage keeps dates, ms. */
  readonly furthestMs: number;
  /** The date of now; null without a lock. */
  readonly lockedUntilMs: number | null;
}

/**
 * The date to set now, in whole seconds; null where the lock of now is long enough. Always a later one: a lock is never shortened. Rounded up to a generation, but
 * never beyond a maximum term, nor further ahead than the storage can and LOCK_MS_MAX allows.
 */
export function nextLockDate({ until, notAfterMs }: LockNeed, { nowMs, horizonMs, furthestMs, lockedUntilMs }: Given): number | null {
  const latestMs = nowMs + Math.min(LOCK_MS_MAX, furthestMs);
  // An end that is open, or further ahead than any date may be, moves on with the clock.
  const moving = until === 'open' || until > latestMs;
  const endMs = moving ? Math.min(latestMs, until === 'open' ? nowMs + horizonMs : until) : until;
  if (endMs <= nowMs) return null;
  const roundedMs = Math.ceil(endMs / GENERATION_MS) * GENERATION_MS;
  const limitMs = Math.min(latestMs, Math.max(endMs, notAfterMs ?? Number.POSITIVE_INFINITY));
  const cutMs = moving ? Math.floor(latestMs / GENERATION_MS) * GENERATION_MS : endMs;
  const chosenMs = roundedMs <= limitMs ? roundedMs : cutMs;
  const secondMs = Math.ceil(chosenMs / 1000) * 1000;
  const dateMs = secondMs <= latestMs ? secondMs : secondMs - 1000;
  if (lockedUntilMs === null) return dateMs;
  // A short horizon leaves no whole generation to wait for: the lock of now must outlast the looks, of which there is one a day.
  const enoughMs = moving ? Math.max(endMs - GENERATION_MS, Math.min(endMs, nowMs + 2 * DAY_MS)) : endMs;
  return lockedUntilMs >= enoughMs || lockedUntilMs >= dateMs ? null : dateMs;
}

/** Whether a date may be given to a storage at all. */
export function isLockDate(untilMs: number, nowMs: number): boolean {
  return Number.isSafeInteger(untilMs) && untilMs % 1000 === 0 && untilMs > nowMs && untilMs <= nowMs + LOCK_MS_MAX;
}

/** When to look at the lock of a copy again: a generation before it ends, and within a generation in any case. */
export function nextLockLook({ nowMs, lockedUntilMs }: { nowMs: number; lockedUntilMs: number | null }): number {
  const laterMs = nowMs + GENERATION_MS;
  if (lockedUntilMs === null) return laterMs;
  return Math.max(nowMs + DAY_MS, Math.min(laterMs, lockedUntilMs - GENERATION_MS));
}
