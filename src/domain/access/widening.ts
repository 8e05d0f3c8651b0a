import { KINDS } from '#domain/kind';
import { CONFIDENTIALITY } from '#domain/protection';
import { type Asker, type Decision, decide, type Moment, type Shown } from './decide.ts';
import { ACTIONS, type Action, EFFECTS, FOOTAGE, RELATIONS, type Relation, type Rule, type Ruled } from './policy.ts';
import { isAdministrator, ROLES, type Role, rolesThatExclude } from './roles.ts';

/** Somebody may more than before, with an example. */
export interface Widening {
  /** All roles of this person: a refusal for one of them held the others back, perhaps. */
  readonly roles: readonly Role[];
  readonly action: Action;
  readonly relations: readonly Relation[];
  readonly before: Decision;
  readonly after: Decision;
}

/** More cases than this are not compared: whoever adopts the policy reads it whole. */
const CASES_MAX = 200_000;
/** Address ranges, or states of cases, that rules name: each set of them is a case. */
const NAMED_MAX = 10;

/** Rules of both policies that may match what is asked: what is tried depends on nothing else. */
interface Compared {
  readonly old: readonly Rule[];
  readonly fresh: readonly Rule[];
}

/**
 * Where the new policy lets somebody do more: a wider effect, one more who may approve, or a longer grant. One example for each set of roles and action; null if
 * there are too many cases to compare. What rules speak of is tried with every value that they tell apart, so that none is missed.
 */
export function wideningsOf(old: Ruled, fresh: Ruled): readonly Widening[] | null {
  const roles = everySubset(ROLES).filter((each) => each.length > 0 && rolesThatExclude(each).length === 0);
  const relations = everySubset(RELATIONS.filter((relation) => relation !== 'any')).filter(canBe);
  const known = new Map<string, Omit<Widening, 'roles' | 'action' | 'relations'> | null>();
  const found: Widening[] = [];
  let left = CASES_MAX;
  for (const each of roles)
    for (const action of ACTIONS) {
      // Neither policy lets them look.
      if (isAdministrator(each) && FOOTAGE.includes(action)) continue;
      for (const related of relations) {
        const rules = { old: rulesFor(old, each, action, related), fresh: rulesFor(fresh, each, action, related) };
        const key = JSON.stringify([rules.old.map(({ id }) => id), rules.fresh.map(({ id }) => id)]);
        if (!known.has(key)) {
          const cases = casesOf(rules, left);
          if (cases === null) return null;
          left -= cases.length;
          known.set(key, firstWider(rules, cases));
        }
        const wider = known.get(key);
        if (!wider) continue;
        found.push({ roles: each, action, relations: related, ...wider });
        break;
      }
    }
  return found;
}

/** What belongs to nobody has no officer, whose own it might be, and no unit. */
function canBe(relations: readonly Relation[]): boolean {
  const ofSomebody = ['own', 'same-unit', 'unit-below'] as const;
  return !relations.includes('unassigned') || !ofSomebody.some((relation) => relations.includes(relation));
}

function rulesFor({ rules }: Ruled, roles: readonly Role[], action: Action, relations: readonly Relation[]): readonly Rule[] {
  return rules.filter(
    (rule) =>
      rule.actions.includes(action) &&
      rule.roles.some((role) => roles.includes(role)) &&
      rule.relations.some((relation) => relation === 'any' || relations.includes(relation)),
  );
}

type Case = { readonly shown: Shown; readonly moment: Moment };

/** null if there are more than that. */
function casesOf({ old, fresh }: Compared, max: number): readonly Case[] | null {
  const rules = [...old, ...fresh];
  const named = [rules.flatMap(({ addresses }) => addresses ?? []), rules.flatMap(({ which }) => which?.caseStates ?? [])];
  if (named.some((names) => new Set(names).size > NAMED_MAX)) return null;
  const moments = momentsWorthTrying(rules);
  const shown = shownWorthTrying(rules, max / moments.length);
  return shown === null ? null : shown.flatMap((each) => moments.map((moment) => ({ shown: each, moment })));
}

/** All of the rules match what is asked, but for which recording it is and when it is asked. */
function firstWider({ old, fresh }: Compared, cases: readonly Case[]): Omit<Widening, 'roles' | 'action' | 'relations'> | null {
  const open = (rules: readonly Rule[]): Ruled => ({
    rules: rules.map((rule) => ({ ...rule, roles: ['officer'], relations: ['any'], actions: ['see'] })),
  });
  const policies = [open(old), open(fresh)] as const;
  for (const { shown, moment } of cases) {
    const before = decide(policies[0], ANYBODY, 'see', shown, moment);
    const after = decide(policies[1], ANYBODY, 'see', shown, moment);
    if (isWider(before, after)) return { before, after };
  }
  return null;
}

const ANYBODY: Asker = { id: 'anybody', roles: ['officer'], officer: null, unit: null };

/** Whether the second lets more through than the first. */
export function isWider(before: Decision, after: Decision): boolean {
  const [old, fresh] = [EFFECTS.indexOf(before.effect), EFFECTS.indexOf(after.effect)];
  if (old !== fresh) return fresh < old;
  if (!before.approval || !after.approval) return false;
  const longer = (after.approval.hoursMax ?? Number.POSITIVE_INFINITY) > (before.approval.hoursMax ?? Number.POSITIVE_INFINITY);
  return longer || after.approval.of.some((role) => !before.approval?.of.includes(role));
}

/** null if there are more than that. */
function shownWorthTrying(rules: readonly Rule[], max: number): readonly Shown[] | null {
  const which = rules.map((rule) => rule.which ?? {});
  const flag = (name: 'important' | 'privacy') => (which.some((each) => each[name] !== undefined) ? [false, true] : [false]);
  const days = which.flatMap(({ daysMin = 0, daysMax = 0 }) => [daysMin, daysMin - 1, daysMax, daysMax + 1]);
  const values = {
    kind: oneBeside(
      KINDS,
      which.flatMap((each) => each.kinds ?? []),
    ),
    category: [null, ...new Set(which.flatMap((each) => each.categories ?? []))],
    confidentiality: which.some((each) => each.confidentialityMin ?? each.confidentialityMax) ? CONFIDENTIALITY : (['internal'] as const),
    important: flag('important'),
    private: flag('privacy'),
    caseStates: everySubset([...new Set(which.flatMap((each) => each.caseStates ?? []))]),
    days: [...new Set([0, ...days])].filter((day) => day >= 0),
  };
  if (Object.values(values).reduce((product, each) => product * each.length, 1) > max) return null;
  const each = <K extends keyof typeof values>(made: readonly Partial<Shown>[], name: K): readonly Partial<Shown>[] =>
    made.flatMap((one) => values[name].map((value) => ({ ...one, [name]: value })));
  const whole: Partial<Shown> = { officer: null, units: [], named: [] };
  return (Object.keys(values) as (keyof typeof values)[]).reduce(each, [whole] as readonly Partial<Shown>[]) as readonly Shown[];
}

function momentsWorthTrying(rules: readonly Rule[]): readonly Moment[] {
  const times = [...new Set(['00:00', ...rules.flatMap(({ hours }) => hours?.split('-') ?? [])])];
  const ranges = everySubset([...new Set(rules.flatMap(({ addresses }) => addresses ?? []))]);
  return times.flatMap((time) =>
    ranges.map((from) => ({ time, isFrom: (range: string) => from.includes(range), granted: false, requestedBy: null })),
  );
}

/** Those that are named, and one that is not: all others are treated like it. */
function oneBeside<T extends string>(all: readonly T[], named: readonly T[]): readonly T[] {
  const other = all.find((each) => !named.includes(each));
  return [...new Set([...named, ...(other === undefined ? [] : [other])])];
}

/** There are 2^n: callers bound how many there are. */
function everySubset<T>(all: readonly T[]): readonly (readonly T[])[] {
  const subsets: (readonly T[])[] = [[]];
  for (const each of all) subsets.push(...subsets.map((subset) => [...subset, each]));
  return subsets;
}
