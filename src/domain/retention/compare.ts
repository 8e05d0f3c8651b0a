import type { RetentionTerm } from './retention-term.ts';
import { compareUntil, type Until } from './until.ts';

type Change = 'shorter' | 'same' | 'longer';

/** What another schedule, or other facts, would do to the term of one recording. */
export interface TermChange {
  /** How long it must be kept. */
  readonly minimum: Change;
  /** When it must be gone; none is longer than any. */
  readonly maximum: Change;
  readonly action: boolean;
  readonly lock: boolean;
}

export function compareTerms(before: RetentionTerm, after: RetentionTerm): TermChange {
  const [one, other] = [before.lock, after.lock];
  return {
    minimum: changeOf(before.minimum, after.minimum),
    maximum: changeOf(before.maximum ?? { kind: 'permanent' }, after.maximum ?? { kind: 'permanent' }),
    action: before.action !== after.action,
    lock: one.mode !== other.mode || one.hold !== other.hold || one.horizonDays !== other.horizonDays,
  };
}

function changeOf(before: Until, after: Until): Change {
  const difference = compareUntil(after, before);
  if (difference === 0) return 'same';
  return difference > 0 ? 'longer' : 'shorter';
}
