import type { RuledScope, Scope, ScopePart, ScopeWhich } from '#domain/scope';
import { type Asker, isWithin } from './decide.ts';
import type { Action, Rule, Ruled, Which } from './policy.ts';
import { rolesThatExclude } from './roles.ts';

const DAY_MS = 86_400_000;
const NOTHING: RuledScope = { allowed: [], refused: [] };

/** What a scope is made for: who asks stands beside it. */
export interface ScopeMoment {
  /** `HH:MM` in the station's zone. */
  readonly time: string;
  readonly isFrom: (range: string) => boolean;
  /** ms since 1970. */
  readonly atMs: number;
  /** Ids of all units below the asker's own. */
  readonly unitsBelow: readonly string[];
  /** What grants for `see` cover now. */
  readonly granted: { readonly cases: readonly string[]; readonly recordings: readonly string[] };
}

/** With which a scope can be made. Facts are seen also where the rule asks for a reason or an approval; a hold is set only where it is simply allowed. */
export type ScopedAction = Extract<Action, 'see' | 'hold'>;

/** Everything with which the asker may do this at this moment. For `see`: the recordings for which `decide` does not refuse it. */
export function scopeOf({ rules }: Ruled, asker: Asker, moment: ScopeMoment, action: ScopedAction = 'see'): Scope {
  if (rolesThatExclude(asker.roles).length > 0) return NOTHING;
  const meant = rules.filter(
    ({ actions, roles, hours, addresses, effect }) =>
      actions.includes(action) &&
      (action === 'see' || effect === 'allow' || effect === 'refuse') &&
      roles.some((role) => asker.roles.includes(role)) &&
      (hours === undefined || isWithin(hours, moment.time)) &&
      (addresses === undefined || addresses.some((range) => moment.isFrom(range))),
  );
  const parts = (refuses: boolean) =>
    meant.filter(({ effect }) => (effect === 'refuse') === refuses).flatMap((rule) => partOf(rule, asker, moment) ?? []);
  const [allowed, refused] = [parts(false), parts(true)];
  if (refused.length === 0 && allowed.some(isEverything)) return 'all';
  return { allowed, refused };
}

function isEverything({ reach, which }: ScopePart): boolean {
  return reach.all && Object.keys(which).length === 0;
}

/** null where the rule reaches nothing of this asker. */
function partOf({ relations, which = {} }: Rule, { officer, unit }: Asker, moment: ScopeMoment): ScopePart | null {
  const stands = (relation: Rule['relations'][number]) => relations.includes(relation);
  const reach = {
    all: stands('any'),
    unassigned: stands('unassigned'),
    officers: stands('own') && officer !== null ? [officer] : [],
    named: stands('named-in-case') && officer !== null ? [officer] : [],
    units: [...(stands('same-unit') && unit !== null ? [unit] : []), ...(stands('unit-below') && unit !== null ? moment.unitsBelow : [])],
    cases: stands('by-grant') ? moment.granted.cases : [],
    recordings: stands('by-grant') ? moment.granted.recordings : [],
  };
  const reaches = reach.all || reach.unassigned || Object.values(reach).some((list) => Array.isArray(list) && list.length > 0);
  return reaches ? { reach, which: whichOf(which, moment.atMs) } : null;
}

/** Days become moments: `days` counts whole days since a recording was taken in, and is 0 for one whose time is still to come. */
function whichOf({ daysMin = 0, daysMax, ...rest }: Which, atMs: number): ScopeWhich {
  return {
    ...rest,
    ...(daysMin > 0 ? { takenUntilMs: atMs - daysMin * DAY_MS } : {}),
    ...(daysMax === undefined ? {} : { takenSinceMs: atMs - (daysMax + 1) * DAY_MS + 1 }),
  };
}
