/*
 * Goal: longer never shorter. No further rule, case, mark or tag lowers a minimum, under any schedule that may be adopted; what was earned never falls; and a term is the same wherever it is counted.
 * Method: random schedules, recordings and changes (fast-check), and an oracle that counts each rule anew with luxon. Generators import nothing of the domain.
 */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterEach, describe, expect, it } from 'vitest';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { evaluate } from './evaluate.ts';
import type { RetentionCase, RetentionFacts } from './facts.ts';
import type { RetentionMatch, RetentionRule, RetentionSchedule } from './schedule.ts';
import { scheduleFaults } from './schedule-faults.ts';
import { parseTerm } from './term.ts';
import { type Earned, earnedSince, type Until } from './until.ts';

const KIND = ['video', 'audio', 'photo'] as const;
const CATEGORY = ['permit', 'penalty', 'coercion', 'other'] as const;
const STAGE = ['filing', 'evidence', 'execution'] as const;
const LEVEL = ['public', 'internal', 'secret', 'top-secret'] as const;
const START = ['recorded', 'docked', 'archived', 'case-decided', 'case-closed'] as const;
const ZONE = ['Asia/Shanghai', 'America/New_York', 'Europe/Paris', 'Australia/Lord_Howe'] as const;
const SOURCE = { title: 'Agency', article: null, checked: '2026-11-26' } as const;
const DAY_MS = 86_400_000;
const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

const span = fc.oneof(
  fc.integer({ min: 1, max: 400 }).map((days) => `P${days}D`),
  fc.integer({ min: 1, max: 40 }).map((months) => `P${months}M`),
  fc.integer({ min: 1, max: 9 }).map((years) => `P${years}Y2M`),
  fc.integer({ min: 1, max: 30 }).map((weeks) => `P${weeks}W`),
);
/** What a minimum may ask for: nothing that a tag takes away. */
const match = fc.record(
  {
    kinds: some(KIND),
    categories: some(CATEGORY),
    stages: some(STAGE),
    important: fc.constant(true as const),
    case: fc.constant('any' as const),
    units: some(['unt-1', 'unt-2', 'unt-3']),
    levelMin: fc.constantFrom(...LEVEL),
    foundInBin: fc.constant(true as const),
    damaged: fc.constant(true as const),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RetentionMatch>;

function ruleFrom(id: string, over: Partial<RetentionRule> & { min?: string; max?: string }): RetentionRule {
  const { min, max, ...rest } = over;
  return {
    ...{
      id,
      title: { 'zh-CN': '规则', en: 'rule' },
      match: {},
      start: 'docked',
      action: 'propose',
      source: { status: 'policy', ...SOURCE },
    },
    lock: { mode: 'none', hold: false, horizonDays: 1 },
    ...rest,
    minimum: min === undefined ? null : parseTerm(min),
    maximum: max === undefined ? null : parseTerm(max),
  };
}

const keeping = fc
  .tuple(fc.uuid(), match, fc.constantFrom(...START), span)
  .map(([id, what, start, min]) => ruleFrom(id, { match: what, start, min }));
const forGood = fc.tuple(fc.uuid(), match).map(([id, what]) => ruleFrom(id, { match: what, start: 'never', min: 'permanent' }));
const missing = fc.tuple(fc.uuid(), match).map(([id, what]) => ruleFrom(id, { match: what, source: { status: 'missing', ...SOURCE } }));
const limiting = fc
  .tuple(fc.uuid(), match, fc.constantFrom({}, { case: 'none' as const }, { important: false }), span)
  .map(([id, what, unmarked, max]) => ruleFrom(id, { match: { ...what, ...unmarked } as RetentionMatch, max }));
const anyRule = fc.oneof(
  { weight: 6, arbitrary: keeping },
  { weight: 1, arbitrary: forGood },
  { weight: 1, arbitrary: missing },
  { weight: 3, arbitrary: limiting },
);
const schedule: fc.Arbitrary<RetentionSchedule> = fc
  .tuple(span, fc.constantFrom('recorded' as const, 'docked' as const), fc.array(anyRule, { maxLength: 7 }))
  .map(([min, start, rules]) => ({
    ...{ version: 1, title: { 'zh-CN': '表', en: 'Schedule' }, agency: { sectors: ['police'], region: 'CN' }, holidays: 'own' },
    rules: [ruleFrom('base', { min, start }), ...rules],
  }));

const moment = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2028-12-31') });
const happened = fc.option(moment, { nil: null });
const caseArbitrary: fc.Arbitrary<RetentionCase> = fc.record({
  number: fc.uuid(),
  tie: fc.constantFrom('tagged' as const, 'former' as const, 'suggested' as const),
  category: fc.option(fc.constantFrom(...CATEGORY), { nil: null }),
  stage: fc.option(fc.constantFrom(...STAGE), { nil: null }),
  openedMs: happened,
  decidedMs: happened,
  closedMs: happened,
});
const facts: fc.Arbitrary<RetentionFacts> = fc
  .record({
    recordingId: fc.constant('rec-1'),
    kind: fc.constantFrom(...KIND),
    category: fc.option(fc.constantFrom(...CATEGORY, 'force'), { nil: null }),
    formerCategories: fc.subarray([...CATEGORY], { maxLength: 1 }),
    stage: fc.option(fc.constantFrom(...STAGE), { nil: null }),
    important: fc.boolean(),
    units: fc.subarray(['unt-1', 'unt-2', 'unt-3']),
    level: fc.option(fc.constantFrom(...LEVEL), { nil: null }),
    foundInBin: fc.boolean(),
    damaged: fc.boolean(),
    cases: fc.array(caseArbitrary, { maxLength: 3 }),
    recordedMs: happened,
    claimedMs: happened,
    dockedMs: moment,
    sealedAfter: fc.option(fc.nat(3 * DAY_MS), { nil: null }),
    archivedAfter: fc.option(fc.nat(60 * DAY_MS), { nil: null }),
  })
  .map(({ recordedMs, claimedMs, dockedMs, sealedAfter, archivedAfter, ...plain }) => {
    const sealedMs = sealedAfter === null ? null : dockedMs + sealedAfter;
    const archivedMs = archivedAfter === null ? null : (sealedMs ?? dockedMs) + archivedAfter;
    return { ...plain, starts: { recordedMs, claimedMs, dockedMs, sealedMs, archivedMs } };
  });
const zone = fc.constantFrom(...ZONE);
const calendarOf = (name: string) => new RetentionCalendar({ zone: name, years: [], holidays: 'own' });

/** As a number: without end is infinite, and for good still more. */
function length(until: Until | null): number {
  if (until === null) return Number.NEGATIVE_INFINITY;
  if (until.kind === 'instant') return until.ms;
  return until.kind === 'permanent' ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
}

type Change = (facts: RetentionFacts, rules: RetentionSchedule) => readonly [RetentionFacts, RetentionSchedule];
const anotherRule = fc.oneof(keeping, forGood, missing, limiting);
/** What a person may add. */
const addition: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anotherRule, fc.nat(8)).map(
    ([rule, at]): Change =>
      (f, s) => [f, { ...s, rules: s.rules.toSpliced(1 + (at % s.rules.length), 0, rule) }],
  ),
  caseArbitrary.map(
    (each): Change =>
      (f, s) => [{ ...f, cases: [...f.cases, each] }, s],
  ),
  fc.constant<Change>((f, s) => [{ ...f, important: true }, s]),
  fc.constant<Change>((f, s) => [{ ...f, damaged: true }, s]),
  fc.constant<Change>((f, s) => [{ ...f, level: 'top-secret' }, s]),
  fc.constantFrom(...CATEGORY).map(
    (category): Change =>
      (f, s) => [{ ...f, formerCategories: [...f.formerCategories, category] }, s],
  ),
  // Somebody decides on a suggestion: yes.
  fc.constant<Change>((f, s) => [{ ...f, cases: f.cases.map((each) => ({ ...each, tie: 'tagged' as const })) }, s]),
  // Untagged: it goes on counting as a former case.
  fc.constant<Change>((f, s) => [
    { ...f, cases: f.cases.map((each) => (each.tie === 'tagged' ? { ...each, tie: 'former' as const } : each)) },
    s,
  ]),
);

describe('longer never shorter', () => {
  it('whatever is added, the minimum is not lower, and nothing earned is gone', () => {
    fc.assert(
      fc.property(schedule, facts, zone, fc.array(addition, { minLength: 1, maxLength: 6 }), (first, recording, where, additions) => {
        const calendar = calendarOf(where);
        let [now, under] = [recording, first];
        let before = evaluate(under, calendar, now);
        for (const add of additions) {
          [now, under] = add(now, under);
          fc.pre(scheduleFaults(under).every(({ code }) => code === 'rule-twice'));
          const after = evaluate(under, calendar, now);
          expect(length(after.minimum)).toBeGreaterThanOrEqual(length(before.minimum));
          expect(length(after.earned)).toBeGreaterThanOrEqual(length(before.earned));
          before = after;
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('telling another category keeps all that the former one had earned', () => {
    fc.assert(
      fc.property(schedule, facts, fc.option(fc.constantFrom(...CATEGORY), { nil: null }), (under, recording, category) => {
        const calendar = calendarOf('Asia/Shanghai');
        const former = recording.category === null ? [] : [recording.category];
        const after = { ...recording, category, formerCategories: [...recording.formerCategories, ...former] };
        expect(length(evaluate(under, calendar, after).earned)).toBeGreaterThanOrEqual(length(evaluate(under, calendar, recording).earned));
      }),
      { numRuns: 500 },
    );
  });

  it('what was earned never falls over any history of recordings and schedules', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(schedule, facts), { minLength: 2, maxLength: 6 }), zone, (history, where) => {
        let earned: Earned | null = null;
        for (const [under, recording] of history) {
          const now: Earned | null = earnedSince(earned, evaluate(under, calendarOf(where), recording).earned);
          expect(length(now)).toBeGreaterThanOrEqual(length(earned));
          earned = now;
        }
      }),
    );
  });
});

/** The end of a rule's minimum as luxon counts it: midnight after the day so much later. */
function counted(fromMs: number, text: string, where: string): number {
  const [, years = 0, months = 0, weeks = 0, days = 0] = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(text) ?? [];
  const noon = DateTime.fromMillis(fromMs, { zone: where }).startOf('day').set({ hour: 12 });
  const plus = { years: Number(years), months: Number(months), weeks: Number(weeks), days: Number(days) };
  return noon.plus(plus).plus({ days: 1 }).startOf('day').toMillis();
}

it('a minimum is the greatest of what luxon counts for each rule that matches', () => {
  fc.assert(
    fc.property(schedule, facts, zone, (under, recording, where) => {
      const { minimum, maximum, matched, winner } = evaluate(under, calendarOf(where), recording);
      for (const each of matched) {
        const rule = under.rules.find(({ id }) => id === each.rule);
        if (rule?.minimum?.kind === 'calendar' && each.fromMs !== null)
          expect(length(each.minimum)).toBe(counted(each.fromMs, rule.minimum.text, where));
        if (rule?.maximum?.kind === 'calendar' && each.maximum)
          expect(length(each.maximum)).toBe(counted(each.fromMs ?? 0, rule.maximum.text, where));
      }
      expect(length(minimum)).toBe(Math.max(...matched.map((each) => length(each.minimum))));
      expect(matched.find((each) => length(each.minimum) === length(minimum))?.rule).toBe(winner);
      const maxima = matched.flatMap((each) => (each.maximum ? [length(each.maximum)] : []));
      expect(maximum === null ? [] : [length(maximum)]).toEqual(maxima.length === 0 ? [] : [Math.min(...maxima)]);
    }),
    { numRuns: 400 },
  );
});

describe('the zone of this process', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  it('changes no term', () => {
    fc.assert(
      fc.property(
        schedule,
        facts,
        zone,
        fc.constantFrom('America/Los_Angeles', 'Pacific/Apia', 'Asia/Shanghai'),
        (under, recording, where, own) => {
          process.env['TZ'] = 'UTC';
          const inUtc = evaluate(under, calendarOf(where), recording);
          process.env['TZ'] = own;
          expect(evaluate(under, calendarOf(where), recording)).toEqual(inUtc);
        },
      ),
      { numRuns: 200 },
    );
  });
});

it('a calendar that was asked before gives what a fresh one gives', () => {
  const asked = calendarOf('America/New_York');
  fc.assert(
    fc.property(schedule, facts, (under, recording) => {
      expect(evaluate(under, asked, recording)).toEqual(evaluate(under, calendarOf('America/New_York'), recording));
    }),
    { numRuns: 300 },
  );
});
