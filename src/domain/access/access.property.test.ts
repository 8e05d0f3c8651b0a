/*
 * Goal: what a site cannot weaken holds under every policy, and the comparison of two policies misses no widening. Method: random policies, people, recordings and moments
 * (fast-check); an oracle that is written from the words of the rules; and, for the comparison, random questions that must not be answered wider.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asker, decide, type Moment, type Shown } from './decide.ts';
import type { Rule, Ruled } from './policy.ts';
import { ruleFaults } from './policy-faults.ts';
import { isWider, wideningsOf } from './widening.ts';

const ROLE = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;
const ACTION = ['see', 'look', 'hear', 'download', 'export', 'tag', 'mark', 'hold', 'approve'] as const;
const RELATION = ['own', 'same-unit', 'unit-below', 'unassigned', 'named-in-case', 'by-grant', 'any'] as const;
const LEVEL = ['public', 'internal', 'secret', 'highly-secret', 'top-secret'] as const;
const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

const which = fc.record(
  {
    kinds: some(['video', 'audio'] as const),
    important: fc.boolean(),
    confidentialityMin: fc.constantFrom(...LEVEL),
    confidentialityMax: fc.constantFrom(...LEVEL),
    privacy: fc.boolean(),
    caseStates: some(['open', 'closed']),
    daysMin: fc.nat(3),
    daysMax: fc.nat(3),
  },
  { requiredKeys: [] },
);
const rule = fc.record(
  {
    id: fc.uuid(),
    title: fc.constant({ 'zh-CN': '规则', en: 'rule' }),
    roles: some(ROLE),
    relations: some(RELATION),
    actions: some(ACTION),
    which,
    hours: fc.constantFrom('08:00-20:00', '22:00-06:00'),
    addresses: some(['10.0.0.0/8']),
    effect: fc.constantFrom('allow' as const, 'allow-with-reason' as const, 'needs-approval' as const, 'refuse' as const),
    approvers: some(['reviewer', 'auditor'] as const),
    grantHoursMax: fc.integer({ min: 1, max: 72 }),
  },
  { requiredKeys: ['id', 'title', 'roles', 'relations', 'actions', 'effect'] },
);
const policy = fc.record({ rules: fc.array(rule, { maxLength: 8 }) }) as fc.Arbitrary<Ruled>;
const asker: fc.Arbitrary<Asker> = fc.record({
  id: fc.constantFrom('wang', 'li'),
  roles: some(ROLE),
  officer: fc.constantFrom('041234', '041235', null),
  unit: fc.constantFrom('brigade-1', 'squad-1', 'squad-2', null),
});
const shown: fc.Arbitrary<Shown> = fc.record({
  officer: fc.constantFrom('041234', '041235', null),
  units: fc.constantFrom(['squad-1', 'brigade-1'], ['squad-2', 'brigade-1'], ['brigade-1'], []),
  kind: fc.constantFrom('video' as const, 'audio' as const, 'photo' as const),
  category: fc.constantFrom('penalty' as const, null),
  important: fc.boolean(),
  confidentiality: fc.constantFrom(...LEVEL, null),
  private: fc.boolean(),
  caseStates: fc.subarray(['open', 'closed']),
  named: fc.subarray(['041234', '041235']),
  days: fc.nat(5),
});
const moment: fc.Arbitrary<Moment> = fc.record({
  time: fc.constantFrom('00:00', '05:59', '06:00', '08:00', '12:00', '19:59', '20:00', '23:30'),
  isFrom: fc.constantFrom(
    () => true,
    () => false,
  ),
  granted: fc.boolean(),
  requestedBy: fc.constantFrom('wang', 'li', null),
});
const action = fc.constantFrom(...ACTION);

/** From the words of the rules alone. */
function oracle({ rules }: Ruled, who: Asker, wanted: (typeof ACTION)[number], it: Shown, at: Moment): string {
  const separate = ['system-administrator', 'security-administrator', 'auditor'].filter((role) => who.roles.some((each) => each === role));
  if (separate.length > 1) return 'refuse';
  const footage = ['look', 'hear', 'download', 'export'].includes(wanted);
  if (footage && who.roles.some((role) => role.endsWith('administrator'))) return 'refuse';
  if (wanted === 'approve' && at.requestedBy === who.id) return 'refuse';
  const stands = {
    ...{ any: true, 'by-grant': at.granted, own: who.officer !== null && who.officer === it.officer },
    ...{
      unassigned: it.officer === null,
      'named-in-case': it.named.some((each) => each === who.officer),
      'same-unit': who.unit !== null && it.units.indexOf(who.unit) === 0,
    },
    ...{ 'unit-below': who.unit !== null && it.units.indexOf(who.unit) > 0 },
  };
  const minute = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const inHours = (hours: string) => {
    const [from, to] = hours.split('-').map((each) => minute(each)) as [number, number];
    for (let now = from; now !== to; now = (now + 1) % 1440) if (now === minute(at.time)) return true;
    return false;
  };
  const level = LEVEL.indexOf(it.confidentiality ?? 'internal');
  const meant = (rule: Rule) => {
    const w = rule.which ?? {};
    if (w.kinds && !w.kinds.includes(it.kind)) return false;
    if (w.important !== undefined && w.important !== it.important) return false;
    if (w.privacy !== undefined && w.privacy !== it.private) return false;
    if (w.confidentialityMin && level < LEVEL.indexOf(w.confidentialityMin)) return false;
    if (w.confidentialityMax && level > LEVEL.indexOf(w.confidentialityMax)) return false;
    if (w.caseStates && !w.caseStates.some((state) => it.caseStates.includes(state))) return false;
    if (w.daysMin !== undefined && it.days < w.daysMin) return false;
    return w.daysMax === undefined || it.days <= w.daysMax;
  };
  const effects = rules
    .filter((rule) => rule.actions.includes(wanted) && rule.roles.some((role) => who.roles.includes(role)))
    .filter((rule) => rule.relations.some((relation) => stands[relation]) && meant(rule))
    .filter((rule) => rule.hours === undefined || inHours(rule.hours))
    .filter((rule) => rule.addresses === undefined || at.isFrom(''))
    .map(({ effect }) => effect);
  if (effects.includes('refuse')) return 'refuse';
  return ['allow', 'allow-with-reason', 'needs-approval'].find((each) => effects.some((effect) => effect === each)) ?? 'refuse';
}

describe('a decision', () => {
  it('is what the words of the rules say, under any policy', () => {
    fc.assert(
      fc.property(policy, asker, action, shown, moment, (rules, who, wanted, it, at) => {
        expect(decide(rules, who, wanted, it, at).effect).toBe(oracle(rules, who, wanted, it, at));
      }),
      { numRuns: 3000 },
    );
  });

  it('is no wider for one more refusal', () => {
    fc.assert(
      fc.property(policy, rule, asker, action, shown, moment, (rules, more, who, wanted, it, at) => {
        const refusing = { ...rules, rules: [...rules.rules, { ...more, effect: 'refuse' } as Rule] };
        expect(isWider(decide(rules, who, wanted, it, at), decide(refusing, who, wanted, it, at))).toBe(false);
      }),
    );
  });
});

describe('a comparison of policies', () => {
  it('finds nothing between a policy and itself', () => {
    fc.assert(
      fc.property(policy, (rules) => {
        expect(wideningsOf(rules, rules) ?? []).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('misses no widening: where it finds none, no question is answered wider', { timeout: 60_000 }, () => {
    const small = fc.record({ rules: fc.array(rule, { maxLength: 3 }) }) as fc.Arbitrary<Ruled>;
    // Half of the new policies have one rule without conditions that permits to anyone, so that many runs have something that became wider.
    const permitting = fc.record({
      ...{
        id: fc.uuid(),
        title: fc.constant({ 'zh-CN': '规则', en: 'rule' }),
        roles: some(ROLE),
        relations: fc.constant(['any' as const]),
      },
      ...{ actions: some(ACTION), effect: fc.constantFrom('allow' as const, 'allow-with-reason' as const) },
    });
    const wider = fc.tuple(small, permitting).map(([{ rules }, more]): Ruled => ({ rules: [...rules, more] }));
    let compared = 0;
    fc.assert(
      fc.property(
        small,
        fc.oneof(small, wider),
        fc.array(fc.tuple(asker, action, shown, moment), { minLength: 200, maxLength: 200 }),
        (old, fresh, questions) => {
          const found = wideningsOf(old, fresh);
          if (found === null) return;
          for (const [who, wanted, it, at] of questions) {
            if (!isWider(decide(old, who, wanted, it, at), decide(fresh, who, wanted, it, at))) continue;
            compared += 1;
            expect(found.map((each) => each.action)).toContain(wanted);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('sees that a refusal is gone which held back another role of the same person', () => {
    const base = { title: { 'zh-CN': '规则', en: 'rule' }, relations: ['any'], actions: ['look'] } as const;
    const allow: Rule = { ...base, id: 'a', roles: ['reviewer'], effect: 'allow' };
    const refuse: Rule = { ...base, id: 'b', roles: ['officer'], effect: 'refuse' };
    const found = wideningsOf({ rules: [allow, refuse] }, { rules: [allow] });
    expect(found?.map(({ roles }) => roles)).toContainEqual(['officer', 'reviewer']);
    expect(found?.map(({ roles }) => roles)).not.toContainEqual(['reviewer']);
  });
});

describe('a policy', () => {
  const sound: Rule = {
    ...{ id: 'r1', title: { 'zh-CN': '规则', en: 'rule' }, roles: ['auditor'], relations: ['any'], actions: ['look'] },
    effect: 'allow-with-reason',
  };
  it.each([
    ['administrators-see-footage', { roles: ['system-administrator'] }],
    [
      'administrators-see-footage',
      { roles: ['auditor', 'security-administrator'], actions: ['tag', 'export'], effect: 'needs-approval', approvers: ['reviewer'] },
    ],
    ['administrators-approve', { effect: 'needs-approval', approvers: ['system-administrator'] }],
    ['administrators-approve', { roles: ['security-administrator'], actions: ['approve'] }],
    ['approval-of-nobody', { effect: 'needs-approval' }],
    ['approvers-without-approval', { approvers: ['reviewer'] }],
    ['approvers-without-approval', { grantHoursMax: 3 }],
    ['nobody-is-meant', { roles: [] }],
    ['nothing-matches', { which: { confidentialityMin: 'secret', confidentialityMax: 'internal' } }],
    ['nothing-matches', { which: { daysMin: 3, daysMax: 2 } }],
    ['nothing-matches', { which: { kinds: [] } }],
    ['hours-unreadable', { hours: '8-20' }],
    ['hours-unreadable', { hours: '08:00-24:00' }],
  ] as const)('is refused: %s', (code, change) => {
    expect(ruleFaults({ rules: [sound] })).toEqual([]);
    expect(ruleFaults({ rules: [{ ...sound, ...change } as Rule] })).toMatchObject([{ code, rule: 'r1' }]);
  });

  it('has each rule once', () => {
    expect(ruleFaults({ rules: [sound, sound] })).toMatchObject([{ code: 'rule-twice', rule: 'r1' }]);
  });
});
