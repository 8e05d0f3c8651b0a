/* Goal: a person reads why a recording is kept, until which day, and what is unsure, in both languages. Method: terms of small schedules, and their sentences word by word. */
import { describe, expect, it } from 'vitest';
import type { Reason } from '#domain/reason';
import { reasonText } from '#messages/reason';
import { calendarOf, caseOf, factsOf, ruleOf, scheduleOfRules, shanghai } from '#test/support/retention/facts';
import { compareTerms } from './compare.ts';
import { evaluate } from './evaluate.ts';
import { explainTerm } from './explanation.ts';
import type { RetentionFacts } from './facts.ts';
import type { RetentionRule, RetentionSchedule } from './schedule.ts';

const CALENDAR = calendarOf();
const BASE = ruleOf({
  id: 'base',
  title: { 'zh-CN': '全部', en: 'All' },
  minimum: 'P6M',
  source: { status: 'found', title: 'A law', article: '13', checked: '2026-11-26' },
});
const CASE = ruleOf({
  id: 'case',
  title: { 'zh-CN': '案件', en: 'Case' },
  match: { case: 'any' },
  start: 'case-closed',
  minimum: 'P1Y',
  action: 'review',
});
const explained = (schedule: RetentionSchedule, facts: RetentionFacts, language: 'en' | 'zh-CN') =>
  explainTerm(evaluate(schedule, CALENDAR, facts), { schedule, days: CALENDAR.days, language });
const words = (language: 'en' | 'zh-CN', reasons: readonly (Reason | null)[]) => reasons.map((each) => each && reasonText(language, each));

describe('the explanation', () => {
  it('names the last day, the rule and where it comes from', () => {
    const schedule = scheduleOfRules(
      BASE,
      ruleOf({ id: 'gone', title: { 'zh-CN': '销毁', en: 'Gone' }, start: 'recorded', maximum: 'P9M' }),
    );
    const { verdict, maximum, end, rules, doubts } = explained(schedule, factsOf(), 'en');
    expect(words('en', [verdict, maximum, end, ...rules, ...doubts])).toEqual([
      'kept at least to the end of 2026-12-20, by rule base: All',
      'must be gone by the end of 2027-03-20',
      'at the end: proposed for disposal',
      'base (All): at least to the end of 2026-12-20; from 2026-06-20, when it was docked; by A law 13',
      'gone (Gone): at most to the end of 2027-03-20; from 2026-06-20, when it was recorded; decided by the agency: Agency',
    ]);
  });

  it('says what a term waits for, and what is unsure', () => {
    const facts = factsOf({
      category: null,
      cases: [caseOf({ number: 'LY-7' }), caseOf({ number: 'LY-8', tie: 'suggested', closedMs: shanghai('2026-07-01T00:00:00') })],
    });
    const { verdict, end, rules, doubts } = explained(scheduleOfRules(BASE, CASE), facts, 'zh-CN');
    expect(words('zh-CN', [verdict, end, ...rules.slice(1), ...doubts])).toEqual([
      '在案件 LY-7 结案之前一直保存，依据规则 case：案件',
      '届满后：先由人查看',
      'case（案件）：在案件 LY-7 结案之前一直保存；由本机关决定：Agency',
      'case（案件）：至少到 2027-07-01 日终；自 2026-07-01 案件 LY-8 结案起算；推定：有关联案件的建议尚未决定；由本机关决定：Agency',
      '执法类别不明',
    ]);
  });

  it('tells a conflict, a start that cannot be true, a missing source and a missing year', () => {
    const missing = { status: 'missing', title: 'Somewhere', article: null, checked: '2026-11-26' } as const;
    const starts = { ...factsOf().starts, recordedMs: null };
    const schedule = scheduleOfRules(
      BASE,
      ruleOf({ start: 'recorded', maximum: 'P1M' }),
      ruleOf({ source: missing }),
      ruleOf({ minimum: '5 working-days' }),
    );
    const { verdict, maximum, rules, doubts } = explained(schedule, factsOf({ starts }), 'en');
    expect(words('en', [verdict, maximum, ...rules.slice(1), ...doubts])).toEqual([
      'kept without end until the agency has found how long such recordings are kept, by rule r2: Rule',
      'its maximum is over before its minimum, so it is kept, and a person decides',
      'r1 (Rule): at most to the end of 2026-07-20; from 2026-06-20, the latest time that is known of it, because nobody knows when that was; decided by the agency: Agency',
      'r2 (Rule): without end until the agency has found how long such recordings are kept; its source is missing, so what it matches is kept; nobody has found it yet: Somewhere',
      'r3 (Rule): without end until the days off of 2026 are known; from 2026-06-20, when it was docked; decided by the agency: Agency',
      'nobody knows when it was recorded',
      'how long such recordings are kept is not known yet',
      'days off that its term needs are not known',
    ]);
  });

  it.each(['en', 'zh-CN'] as const)('has words for what is kept for good, and for no rule at all (%s)', (language) => {
    const good = scheduleOfRules(BASE, ruleOf({ start: 'never', minimum: 'permanent' }));
    const none = scheduleOfRules(ruleOf({ match: { damaged: true }, minimum: 'P1D' }));
    const told = [explained(good, factsOf(), language).verdict, explained(none, factsOf(), language).verdict];
    expect(words(language, told)).toEqual(
      language === 'en'
        ? ['kept for good, by rule r1: Rule', 'kept for good, because no rule of the schedule matches']
        : ['永久保存，依据规则 r1：规则', '永久保存，因为没有适用的规则'],
    );
  });
});

it('two schedules are compared for one recording', () => {
  const of = (...rules: readonly RetentionRule[]) => evaluate(scheduleOfRules(...rules), CALENDAR, factsOf({ cases: [caseOf()] }));
  const [base, waiting, good] = [of(BASE), of(BASE, CASE), of(BASE, ruleOf({ start: 'never', minimum: 'permanent' }))];
  const limited = of(ruleOf({ minimum: 'P6M', maximum: 'P1Y', lock: { mode: 'governance', hold: false, horizonDays: 365 } }));
  const minima = [
    [base, waiting],
    [waiting, good],
    [good, base],
    [waiting, waiting],
    [limited, base],
  ] as const;
  expect(minima.map(([one, other]) => compareTerms(one, other).minimum)).toEqual(['longer', 'longer', 'shorter', 'same', 'same']);
  expect(compareTerms(base, limited)).toEqual({ minimum: 'same', maximum: 'shorter', action: false, lock: true });
  expect(compareTerms(limited, waiting)).toEqual({ minimum: 'longer', maximum: 'longer', action: true, lock: true });
  expect(compareTerms(base, base)).toEqual({ minimum: 'same', maximum: 'same', action: false, lock: false });
});
