import type { RetentionCase, RetentionFacts } from './facts.ts';
import type { MatchedRule } from './retention-term.ts';
import type { StartEvent } from './schedule.ts';
import type { WaitedFor } from './until.ts';

const DAY_MS = 86_400_000;
/** A recording that is docked later than this after its start was made by a clock that had lost its time. It is counted from the docking then, which is longer. */
const BEFORE_MS_MAX = 366 * DAY_MS;

/** From when on a term counts. */
export type Start =
  | { readonly kind: 'from'; readonly ms: number; readonly doubt: MatchedRule['startDoubt'] }
  | { readonly kind: 'never' }
  | { readonly kind: 'waiting'; readonly for: WaitedFor };

/** The start of a term. `of`: the case whose event counts; null for other events. What is unknown or cannot be true counts from the latest time that is known. */
export function startOf(event: StartEvent, { starts }: RetentionFacts, of: RetentionCase | null): Start {
  const { recordedMs, claimedMs, dockedMs, sealedMs, archivedMs } = starts;
  const taken = [claimedMs, recordedMs, dockedMs, sealedMs];
  switch (event) {
    case 'never':
      return { kind: 'never' };
    case 'recorded':
      return isMoment(recordedMs) ? between(recordedMs, dockedMs, taken) : latest(taken, 'start-unknown');
    case 'docked':
      return isMoment(dockedMs) ? between(dockedMs, sealedMs, taken) : latest(taken, 'start-unknown');
    case 'archived':
      if (archivedMs === null) return { kind: 'waiting', for: event };
      // The archive's copy is made of what is sealed.
      return isMoment(archivedMs) && archivedMs >= (sealedMs ?? dockedMs)
        ? certain(archivedMs)
        : latest([...taken, archivedMs], 'start-implausible');
    case 'case-decided':
      return ofCase(of?.decidedMs ?? null, event, taken);
    case 'case-closed':
      return ofCase(of?.closedMs ?? null, event, taken);
  }
}

/** People told the day of a case, so it stands; only what is no time at all is not believed. */
function ofCase(ms: number | null, event: 'case-decided' | 'case-closed', taken: readonly (number | null)[]): Start {
  if (ms === null) return { kind: 'waiting', for: event };
  return isMoment(ms) ? certain(ms) : latest(taken, 'start-implausible');
}

/** A time that has to lie before another one of the station's own, and not long before. */
function between(ms: number, next: number | null, taken: readonly (number | null)[]): Start {
  const plausible = !isMoment(next) || (ms <= next && next - ms <= BEFORE_MS_MAX);
  return plausible ? certain(ms) : latest(taken, 'start-implausible');
}

function certain(ms: number): Start {
  return { kind: 'from', ms, doubt: null };
}

function latest(times: readonly (number | null)[], doubt: 'start-unknown' | 'start-implausible'): Start {
  const known = times.filter(isMoment);
  return known.length === 0 ? { kind: 'waiting', for: 'start' } : { kind: 'from', ms: Math.max(...known), doubt };
}

/** What a calendar can count from: a time in the years 1970 to 9999. */
function isMoment(ms: number | null): ms is number {
  return ms !== null && ms >= 0 && ms < 253_402_300_800_000;
}
