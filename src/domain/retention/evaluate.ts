import type { RetentionCalendar } from '#domain/calendar/retention-calendar';
import type { RetentionCase, RetentionFacts } from './facts.ts';
import { isUnknownCategory, matchOf, rulesOfAgency } from './matching.ts';
import type { Assumption, Doubt, MatchedRule, RetentionTerm } from './retention-term.ts';
import { END_ACTIONS, LOCK_MODES, type RetentionRule, type RetentionSchedule } from './schedule.ts';
import { type Start, startOf } from './starts.ts';
import type { Term } from './term.ts';
import { compareUntil, type Earned, longerOf, type Until } from './until.ts';

/**
 * How long a recording is kept under a schedule, and why. Pure: the same facts give the same term whenever and wherever it is asked. A schedule without faults always has
 * a rule that matches; without one, what matches nothing is kept for good.
 */
export function evaluate(schedule: RetentionSchedule, calendar: RetentionCalendar, facts: RetentionFacts): RetentionTerm {
  return evaluatorOf(schedule, calendar)(facts);
}

/** The same for many recordings: what does not depend on them is found once. */
export function evaluatorOf(schedule: RetentionSchedule, calendar: RetentionCalendar): (facts: RetentionFacts) => RetentionTerm {
  const rules = rulesOfAgency(schedule);
  return (facts) => {
    const found = new Findings();
    for (const rule of rules) {
      const before = found.matched.length;
      addMatches(found.matched, rule, calendar, facts);
      if (found.matched.length > before) found.take(rule, before);
    }
    return found.term(facts);
  };
}

/** What the rules that match add up to. */
class Findings {
  readonly matched: MatchedRule[] = [];
  #first: MatchedRule | null = null;
  #minimum: Until | null = null;
  #maximum: Until | null = null;
  #earned: Earned | null = null;
  #action = 0;
  #mode = 0;
  #hold = false;
  #horizonDays = 1;

  /** Adds a rule; what it says are the matches from a place on. */
  take({ action, lock }: RetentionRule, from: number): void {
    this.#action = Math.max(this.#action, END_ACTIONS.indexOf(action));
    this.#mode = Math.max(this.#mode, LOCK_MODES.indexOf(lock.mode));
    this.#hold ||= lock.hold;
    this.#horizonDays = Math.max(this.#horizonDays, lock.horizonDays);
    for (let place = from; place < this.matched.length; place += 1) {
      const each = this.matched[place];
      if (each) this.#count(each);
    }
  }

  #count(each: MatchedRule): void {
    const { minimum, maximum, assumed } = each;
    if (minimum !== null && (this.#minimum === null || compareUntil(minimum, this.#minimum) > 0)) {
      this.#minimum = minimum;
      this.#first = each;
    }
    if (maximum !== null && (this.#maximum === null || compareUntil(maximum, this.#maximum) < 0)) this.#maximum = maximum;
    // What waits is not earned yet, and what is only assumed never is.
    if (minimum !== null && minimum.kind !== 'waiting' && assumed === null)
      this.#earned = this.#earned === null ? minimum : longerOf(this.#earned, minimum);
  }

  term(facts: RetentionFacts): RetentionTerm {
    const minimum = this.#minimum ?? { kind: 'permanent' };
    return {
      minimum,
      earned: this.#earned,
      maximum: this.#maximum,
      action: this.matched.length === 0 ? 'review' : (END_ACTIONS[this.#action] ?? 'review'),
      lock: { mode: LOCK_MODES[this.#mode] ?? 'none', hold: this.#hold, horizonDays: this.#horizonDays },
      matched: this.matched,
      winner: this.#first?.rule ?? '',
      conflict: this.#maximum !== null && compareUntil(minimum, this.#maximum) > 0,
      waitsFor: this.matched.flatMap(waitOf),
      doubts: doubtsOf(facts, this.matched),
    };
  }
}

function waitOf({ minimum, rule, case: of }: MatchedRule): RetentionTerm['waitsFor'] {
  return minimum?.kind === 'waiting' ? [{ for: minimum.for, rule, case: of }] : NOTHING;
}

const NOTHING = [] as const;

/** Adds what one rule says: nothing; once; or once for each case, where it counts from what happens in a case. */
function addMatches(into: MatchedRule[], rule: RetentionRule, calendar: RetentionCalendar, facts: RetentionFacts): void {
  const match = matchOf(rule, facts);
  if (match === 'no') return;
  const assumed = match === 'told' ? null : match;
  if (rule.start !== 'case-decided' && rule.start !== 'case-closed') {
    into.push(matchedRule(rule, calendar, facts, { of: null, assumed }));
    return;
  }
  for (const of of facts.cases) {
    const suggested = of.tie === 'suggested' ? 'case-suggested' : null;
    into.push(matchedRule(rule, calendar, facts, { of, assumed: assumed ?? suggested }));
  }
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

function doubtsOf(facts: RetentionFacts, matched: readonly MatchedRule[]): readonly Doubt[] {
  const found = new Set<Doubt>();
  if (isUnknownCategory(facts)) found.add('category-unknown');
  for (const { startDoubt } of matched) if (startDoubt !== null) found.add(startDoubt);
  for (const { source, missingYear } of matched) {
    if (source === 'missing') found.add('source-missing');
    if (missingYear !== null) found.add('holidays-missing');
  }
  return [...found];
}
