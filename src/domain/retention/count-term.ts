import type { RetentionCalendar } from '#domain/calendar/retention-calendar';
import type { RetentionCase, RetentionFacts } from './facts.ts';
import type { EarnedBasis, KeptTerm } from './kept-term.ts';
import type { RetentionTerm } from './retention-term.ts';
import { END_ACTIONS, type EndAction, type LockWish, type RetentionSchedule } from './schedule.ts';
import { compareUntil, type Earned, earnedSince, type Until } from './until.ts';

/** More than any recording has. One that is tagged over and over is kept until two persons correct it. */
export const BASES_MAX = 32;

/** A schedule, with the calendar that its terms are counted by. */
export interface CountingSchedule {
  readonly version: number;
  readonly schedule: RetentionSchedule;
  readonly calendar: RetentionCalendar;
  /** Of this schedule and calendar (`evaluatorOf`). */
  readonly evaluate: (facts: RetentionFacts) => RetentionTerm;
}

/** What counts now. At least one of both is there. */
export interface WhatCounts {
  readonly inForce: CountingSchedule | null;
  /** Adopted, and its waiting period runs: it lengthens what is kept, and shortens nothing, and nothing is earned by it yet. */
  readonly adopted: CountingSchedule | null;
  /** The version under which something was earned. */
  readonly of: (version: number) => CountingSchedule;
}

interface Input {
  readonly before: KeptTerm | null;
  /** As they are today. `cases`: tagged and suggested ones. */
  readonly facts: RetentionFacts;
  /** As they were for a while since it was last counted. */
  readonly passed: readonly RetentionFacts[];
  readonly counts: WhatCounts;
  /** Dates of a case of today; undefined: it is not there any more. */
  readonly datesOf: (number: string) => Pick<RetentionCase, 'openedMs' | 'decidedMs' | 'closedMs'> | undefined;
}

export interface CountedTerm {
  readonly kept: Omit<KeptTerm, 'stale'>;
  /** What the schedule in force alone says of the facts of today; the adopted one where none is in force. */
  readonly today: RetentionTerm;
}

/** No lock is wished before a schedule is in force: a lock cannot be taken back. */
const NO_LOCK: LockWish = { mode: 'none', hold: false, horizonDays: 1 };

interface Reach {
  readonly until: Until;
  readonly rule: string;
  readonly version: number;
}

/**
 * The term of a recording once facts, cases or the schedule have changed: the longest of what counts now and of everything that it has earned (rules 3, 6, 7, 8
 * of docs/design.md, "Retention"). What it was tagged with and under which schedule stays a basis that is counted on, so that untagging, another category or a
 * shorter schedule takes nothing away, and a case that is closed later still gives its term.
 */
export function countTerm({ before, facts, passed, counts, datesOf }: Input): CountedTerm {
  const { inForce, adopted } = counts;
  const former = (inForce ? passed : []).reduce(
    (bases, then) => withBasis(bases, basisOf(inForce?.version ?? 0, then)),
    before?.bases ?? [],
  );
  const whole = withFormer(facts, former, datesOf);
  const now = inForce?.evaluate(whole) ?? null;
  const soon = adopted?.evaluate(whole) ?? null;
  const today = now ?? soon;
  if (today === null) throw new RangeError('no schedule counts');
  const others = former.map((basis) => ({ basis, ...reachOf(basis, { facts, counts, datesOf }) }));
  const earnings = [now?.earned ?? null, ...others.map(({ until }) => (until === null || until.kind === 'waiting' ? null : until))];
  const floor = earnings.reduce<Earned | null>(earnedSince, before?.floor ?? null);
  const bases = inForce && now && lastsBeyond(now, facts) ? withBasis(former, basisOf(inForce.version, facts)) : former;
  const full: Reach[] = bases.length >= BASES_MAX ? [{ until: { kind: 'permanent' }, rule: today.winner, version: 0 }] : [];
  const reaches: Reach[] = [
    ...(now && inForce ? [{ until: now.minimum, rule: now.winner, version: inForce.version }] : []),
    ...(soon && adopted ? [{ until: soon.minimum, rule: soon.winner, version: adopted.version }] : []),
    ...others.flatMap(({ basis, until, rule }) => (until === null ? [] : [{ until, rule, version: basis.version }])),
    ...(floor && before ? [{ until: floor, rule: before.winner, version: before.version }] : []),
    ...full,
  ];
  const first = reaches.reduce((one, other) => (compareUntil(one.until, other.until) >= 0 ? one : other));
  const maximum = now?.maximum ?? null;
  return {
    today,
    kept: {
      recordingId: facts.recordingId,
      version: first.version === 0 ? ((inForce ?? adopted)?.version ?? 0) : first.version,
      ...columnsOf(first.until),
      ...{ floor, maximum, action: careful([now, soon]), lock: now?.lock ?? NO_LOCK, winner: first.rule },
      conflict: maximum !== null && compareUntil(first.until, maximum) > 0,
      bases,
      corrections: before?.corrections ?? 0,
    },
  };
}

function columnsOf(until: Until): Pick<KeptTerm, 'earnedKind' | 'earnedUntilMs' | 'waitsFor'> {
  return {
    earnedKind: until.kind,
    earnedUntilMs: until.kind === 'instant' ? until.ms : null,
    waitsFor: until.kind === 'waiting' ? until.for : null,
  };
}

/** The facts of today, with the cases and categories of before. */
function withFormer(facts: RetentionFacts, former: readonly EarnedBasis[], datesOf: Input['datesOf']): RetentionFacts {
  if (former.length === 0) return facts;
  const tagged = new Set(facts.cases.filter(({ tie }) => tie === 'tagged').map(({ number }) => number));
  const gone = new Map(former.flatMap(({ cases }) => cases.filter(({ number }) => !tagged.has(number)).map((each) => [each.number, each])));
  const categories = new Set(former.flatMap(({ category }) => (category === null || category === facts.category ? [] : [category])));
  const cases = [
    ...facts.cases.filter(({ number }) => !gone.has(number)),
    ...[...gone.values()].map(({ number, category, stage }) => ({
      number,
      tie: 'former' as const,
      category,
      stage,
      ...datesNow(datesOf(number)),
    })),
  ];
  return { ...facts, formerCategories: [...categories], cases };
}

/** A case that is not there any more is neither decided nor closed: what it gave waits until two persons have corrected it. */
function datesNow(dates: ReturnType<Input['datesOf']>) {
  const { openedMs = null, decidedMs = null, closedMs = null } = dates ?? {};
  return { openedMs, decidedMs, closedMs };
}

/** How long a basis of before asks to keep the recording: by what somebody told, not by what was only assumed. */
function reachOf(
  basis: EarnedBasis,
  { facts, counts, datesOf }: Pick<Input, 'facts' | 'counts' | 'datesOf'>,
): { readonly until: Until | null; readonly rule: string } {
  const { version, cases, ...told } = basis;
  const term = counts.of(version).evaluate({
    ...facts,
    ...told,
    formerCategories: [],
    cases: cases.map(({ number, category, stage }) => ({ number, tie: 'former', category, stage, ...datesNow(datesOf(number)) })),
  });
  let found: { readonly until: Until | null; readonly rule: string } = { until: null, rule: '' };
  for (const { minimum, assumed, rule } of term.matched) {
    if (minimum === null || assumed !== null) continue;
    if (found.until === null || compareUntil(found.until, minimum) < 0) found = { until: minimum, rule };
  }
  return found;
}

/** What a recording is known by today, as a basis. Only what somebody told is one. */
function basisOf(version: number, facts: RetentionFacts): EarnedBasis {
  const { kind, category, important, units, level, foundInBin, damaged } = facts;
  const cases = facts.cases
    .filter(({ tie }) => tie === 'tagged')
    .map(({ number, category: of, stage }) => ({ number, category: of, stage }));
  return { version, kind, category, important, units, level, foundInBin, damaged, cases };
}

function withBasis(bases: readonly EarnedBasis[], basis: EarnedBasis): readonly EarnedBasis[] {
  if (bases.length === 0) return [basis];
  const text = JSON.stringify(basis);
  if (bases.length >= BASES_MAX || bases.some((each) => JSON.stringify(each) === text)) return bases;
  return [...bases, basis];
}

/**
 * Whether the facts of today have to stand on as a basis: they name a case or a category, which may be taken away, or something that has not happened yet. What
 * all others earn is in the floor.
 */
function lastsBeyond({ matched }: RetentionTerm, { category, cases }: RetentionFacts): boolean {
  const waits = matched.some(({ minimum, assumed }) => minimum?.kind === 'waiting' && assumed === null);
  return waits || category !== null || cases.some(({ tie }) => tie === 'tagged');
}

function careful(terms: readonly (RetentionTerm | null)[]): EndAction {
  return END_ACTIONS.findLast((action) => terms.some((term) => term?.action === action)) ?? 'review';
}
