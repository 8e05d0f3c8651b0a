import type { RetentionCalendar } from '#domain/calendar/retention-calendar';
import type { RetentionCase, RetentionFacts } from './facts.ts';
import { isUnknownCategory, matchOf, rulesOfAgency, tieOf } from './matching.ts';
import type { Assumption, Doubt, MatchedRule, RetentionTerm } from './retention-term.ts';
import { END_ACTIONS, LOCK_MODES, type LockWish, type RetentionRule, type RetentionSchedule } from './schedule.ts';
import { type Start, startOf } from './starts.ts';
import type { Term } from './term.ts';
import { compareUntil, type Earned, longerOf, type Until } from './until.ts';

/**
 * How long a recording is kept under a schedule, and why. Pure: the same facts give the same term whenever and wherever it is asked. A schedule without faults always has
 * a rule that matches; without one, what matches nothing is kept for good.
 */
export function evaluate(schedule: RetentionSchedule, calendar: RetentionCalendar, facts: RetentionFacts): RetentionTerm {
  const found = rulesOfAgency(schedule).flatMap((rule) => matchesOf(rule, calendar, facts).map((matched) => ({ rule, matched })));
  const matched = found.map((each) => each.matched);
  const rules = [...new Set(found.map(({ rule }) => rule))];
  const first = matched.filter(hasMinimum).reduce<(MatchedRule & { minimum: Until }) | null>(longest, null);
  const minimum: Until = first?.minimum ?? { kind: 'permanent' };
  const maximum = matched.map((each) => each.maximum).reduce(shorter, null);
  return {
    minimum,
    maximum,
    matched,
    earned: matched.reduce<Earned | null>(earnedWith, null),
    action: END_ACTIONS.findLast((action) => rules.some((rule) => rule.action === action)) ?? 'review',
    lock: strongest(rules),
    winner: first?.rule ?? '',
    conflict: maximum !== null && compareUntil(minimum, maximum) > 0,
    waitsFor: matched.flatMap(({ minimum: until, rule, case: of }) =>
      until?.kind === 'waiting' ? [{ for: until.for, rule, case: of }] : [],
    ),
    doubts: doubtsOf(facts, matched),
  };
}

/** What one rule says: nothing; once; or once for each case, where it counts from what happens in a case. */
function matchesOf(rule: RetentionRule, calendar: RetentionCalendar, facts: RetentionFacts): readonly MatchedRule[] {
  const match = matchOf(rule, facts);
  if (match === 'no') return [];
  const assumed = match === 'told' ? null : match;
  if (rule.start !== 'case-decided' && rule.start !== 'case-closed') return [matchedRule(rule, calendar, facts, { of: null, assumed })];
  return facts.cases.map((of) => {
    const tie = tieOf([of]);
    return matchedRule(rule, calendar, facts, { of, assumed: assumed ?? (tie === 'case-suggested' ? tie : null) });
  });
}

function matchedRule(
  rule: RetentionRule,
  calendar: RetentionCalendar,
  facts: RetentionFacts,
  { of, assumed }: { readonly of: RetentionCase | null; readonly assumed: Assumption | null },
): MatchedRule {
  const start = startOf(rule.start, facts, of);
  const missing = rule.source.status === 'missing';
  const minimum = rule.minimum && untilOf(rule.minimum, start, calendar);
  // What only might be so ends nothing.
  const maximum = rule.maximum && assumed === null ? untilOf(rule.maximum, start, calendar) : null;
  return {
    rule: rule.id,
    assumed: missing ? 'source-missing' : assumed,
    event: rule.start,
    case: of?.number ?? null,
    fromMs: start.kind === 'from' ? start.ms : null,
    startDoubt: start.kind === 'from' ? start.doubt : null,
    minimum: missing ? { kind: 'waiting', for: 'source' } : (minimum?.until ?? null),
    maximum: maximum?.until ?? null,
    missingYear: minimum?.missingYear ?? maximum?.missingYear ?? null,
    source: rule.source.status,
  };
}

function untilOf(term: Term, start: Start, calendar: RetentionCalendar): { readonly until: Until; readonly missingYear?: number } {
  if (term.kind === 'permanent' || start.kind === 'never') return { until: { kind: 'permanent' } };
  if (start.kind === 'waiting') return { until: start };
  if (term.kind === 'calendar') return { until: { kind: 'instant', ms: calendar.endAfter(start.ms, term) } };
  const end = calendar.endAfterWorkingDays(start.ms, term.days);
  if ('ms' in end) return { until: { kind: 'instant', ms: end.ms } };
  return { until: { kind: 'waiting', for: 'holidays' }, missingYear: end.missingYear };
}

type WithMinimum = MatchedRule & { minimum: Until };

function hasMinimum(matched: MatchedRule): matched is WithMinimum {
  return matched.minimum !== null;
}

function longest(one: WithMinimum | null, other: WithMinimum): WithMinimum {
  return one !== null && compareUntil(one.minimum, other.minimum) >= 0 ? one : other;
}

function earnedWith(earned: Earned | null, { minimum, assumed }: MatchedRule): Earned | null {
  if (minimum === null || minimum.kind === 'waiting' || assumed !== null) return earned;
  return earned === null ? minimum : longerOf(earned, minimum);
}

function shorter(one: Until | null, other: Until | null): Until | null {
  if (one === null || other === null) return one ?? other;
  return compareUntil(one, other) <= 0 ? one : other;
}

function strongest(rules: readonly RetentionRule[]): LockWish {
  return {
    mode: LOCK_MODES.findLast((mode) => rules.some(({ lock }) => lock.mode === mode)) ?? 'none',
    hold: rules.some(({ lock }) => lock.hold),
    horizonDays: Math.max(...rules.map(({ lock }) => lock.horizonDays), 1),
  };
}

function doubtsOf(facts: RetentionFacts, matched: readonly MatchedRule[]): readonly Doubt[] {
  const doubts: (Doubt | false)[] = [
    isUnknownCategory(facts) && 'category-unknown',
    matched.some(({ startDoubt }) => startDoubt === 'start-unknown') && 'start-unknown',
    matched.some(({ startDoubt }) => startDoubt === 'start-implausible') && 'start-implausible',
    matched.some(({ source }) => source === 'missing') && 'source-missing',
    matched.some(({ missingYear }) => missingYear !== null) && 'holidays-missing',
  ];
  return doubts.filter((each) => each !== false);
}
