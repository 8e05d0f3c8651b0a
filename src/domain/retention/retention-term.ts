import type { EndAction, LockWish, SourceStatus, StartEvent } from './schedule.ts';
import type { Earned, Until, WaitedFor } from './until.ts';

/**
 * Why a rule counts although nobody said so: the category is not known, so each rule that only lacks it counts; a case is suggested and not decided; the rule's
 * term has no source yet. Only minima are assumed.
 */
export type Assumption = 'category-unknown' | 'case-suggested' | 'source-missing';

/** What is unsure about a term and wants a person. */
export type Doubt = 'category-unknown' | 'start-unknown' | 'start-implausible' | 'source-missing' | 'holidays-missing';

/** A rule that matched, once for each case from which it counts. */
export interface MatchedRule {
  readonly rule: string;
  /** null: somebody told what it rests on. */
  readonly assumed: Assumption | null;
  readonly event: StartEvent;
  /** The case whose event it counts from; null for other events. */
  readonly case: string | null;
  /** From when on it counts, ms since 1970 UTC; null: it has not begun, or never will. */
  readonly fromMs: number | null;
  /** The event was unknown or cannot be true: it counts from the latest time that is known. */
  readonly startDoubt: 'start-unknown' | 'start-implausible' | null;
  readonly minimum: Until | null;
  readonly maximum: Until | null;
  /** The year whose days off it waits for; null: none. */
  readonly missingYear: number | null;
  readonly source: SourceStatus;
}

interface Wait {
  readonly for: WaitedFor;
  readonly rule: string;
  readonly case: string | null;
}

/** How long one recording is kept, and why. */
export interface RetentionTerm {
  /** The longest minimum of every rule and every case. */
  readonly minimum: Until;
  /** The longest of those that rest on what somebody told and that do not wait: what facts and schedules of later never take away. null: all of them wait or are assumed. */
  readonly earned: Earned | null;
  /** The shortest maximum; null: none. It counts only once the minimum is over. */
  readonly maximum: Until | null;
  /** The most careful of all that matched. */
  readonly action: EndAction;
  /** The strongest of all that matched. */
  readonly lock: LockWish;
  readonly matched: readonly MatchedRule[];
  /** Id of the rule that sets the minimum: of several, the first in the schedule. */
  readonly winner: string;
  /** The minimum is longer than the maximum: it is kept, and a person decides. */
  readonly conflict: boolean;
  readonly waitsFor: readonly Wait[];
  readonly doubts: readonly Doubt[];
}
