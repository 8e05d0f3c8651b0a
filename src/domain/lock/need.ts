import type { KeptTerm } from '#domain/retention/kept-term';
import type { LockNeed } from './dates.ts';

/** Without a term nothing says when footage may go, so its lock has no end yet. */
const WITHOUT_TERM: LockNeed = { until: 'open', notAfterMs: null, hold: false, horizonDays: null };

/**
 * How long the objects of a recording must be locked, by its term as it was last counted. A stale term counts on: what it says can only become longer, or two persons
 * have corrected it, and no lock is ever shortened.
 */
export function lockNeedOf(term: Pick<KeptTerm, 'earnedKind' | 'earnedUntilMs' | 'maximum' | 'conflict' | 'lock'> | null): LockNeed {
  if (term === null) return WITHOUT_TERM;
  const { earnedKind, earnedUntilMs, maximum, conflict, lock } = term;
  const until = earnedKind === 'instant' && earnedUntilMs !== null ? earnedUntilMs : 'open';
  // In a conflict the minimum is longer than the maximum, and is kept.
  const notAfterMs = maximum?.kind === 'instant' && !conflict ? maximum.ms : null;
  return { until: lock.mode === 'none' ? 0 : until, notAfterMs, hold: lock.hold, horizonDays: lock.horizonDays };
}

/** Whether one need asks the storage for more than another one before it: a later end, none at all, a hold, or another horizon of what has no end. */
export function asksMore(before: LockNeed, after: LockNeed): boolean {
  if (after.hold && !before.hold) return true;
  if (after.until !== 'open') return before.until !== 'open' && after.until > before.until;
  return before.until !== 'open' || after.horizonDays !== before.horizonDays;
}
