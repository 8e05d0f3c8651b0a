import type { Kind } from '#domain/kind';
import { mayDecide } from '#domain/people/rules';
import type { Confidentiality } from '#domain/protection';
import type { Category } from '#domain/registry';
import { type Action, EFFECTS, type Effect, FOOTAGE, type Relation, type Rule, type Ruled, rankOf, type Which } from './policy.ts';
import { isAdministrator, type Role, rolesThatExclude } from './roles.ts';

/** Who asks, as they are now. */
export interface Asker {
  readonly id: string;
  readonly roles: readonly Role[];
  /** Number in the officer registry; null if they are none. */
  readonly officer: string | null;
  /** Id of their own unit; null if they belong to none. */
  readonly unit: string | null;
}

/** What counts of a recording. */
export interface Shown {
  readonly officer: string | null;
  /** The unit that it belongs to, and all units above that, nearest first. */
  readonly units: readonly string[];
  readonly kind: Kind;
  readonly category: Category | null;
  readonly important: boolean;
  /** The effective level; null: nobody has said, which counts as `internal`. */
  readonly confidentiality: Confidentiality | null;
  readonly private: boolean;
  readonly caseStates: readonly string[];
  /** Officers that its cases name. */
  readonly named: readonly string[];
  /** Whole days since it was taken in. */
  readonly days: number;
}

/** How and when they ask. */
export interface Moment {
  /** `HH:MM` in the station's zone. */
  readonly time: string;
  /** Whether the address they come from lies in this range, CIDR. */
  readonly isFrom: (range: string) => boolean;
  /** A grant that holds now covers this recording and this action. */
  readonly granted: boolean;
  /** For `approve`: who asked for what is to be approved; null otherwise. */
  readonly requestedBy: string | null;
}

/** What no policy can weaken. */
type Invariant = 'administrators-never-look' | 'roles-exclude-each-other' | 'nobody-approves-own-request';

export interface Decision {
  readonly effect: Effect;
  /** Why: an invariant, the rule that decided, or that no rule matches. */
  readonly by: { readonly invariant: Invariant } | { readonly rule: string } | 'no-rule';
  /** Ids of every rule that matched, in the order of the policy: what `access explain` shows. */
  readonly matched: readonly string[];
  /** Who may approve, and for how long at most; for `needs-approval`. */
  readonly approval: { readonly of: readonly Role[]; readonly hoursMax: number | null } | null;
}

/**
 * The one place where it is decided whether somebody may do something with a recording. Invariants come first. Then refusal beats permission, and of
 * permissions the widest counts. What no rule allows is refused.
 */
export function decide(policy: Ruled, asker: Asker, action: Action, shown: Shown, moment: Moment): Decision {
  const invariant = brokenInvariant(asker, action, moment);
  if (invariant !== null) return { effect: 'refuse', by: { invariant }, matched: [], approval: null };
  const relations = relationsOf(asker, shown, moment);
  const matching = policy.rules.filter((rule) => matches(rule, asker, action, relations, shown, moment));
  const matched = matching.map(({ id }) => id);
  const order: readonly Effect[] = ['refuse', ...EFFECTS.slice(0, -1)];
  for (const effect of order) {
    const deciding = matching.filter((rule) => rule.effect === effect);
    const [first] = deciding;
    if (first) return { effect, by: { rule: first.id }, matched, approval: effect === 'needs-approval' ? approvalOf(deciding) : null };
  }
  return { effect: 'refuse', by: 'no-rule', matched, approval: null };
}

function brokenInvariant({ id, roles }: Asker, action: Action, { requestedBy }: Moment): Invariant | null {
  if (rolesThatExclude(roles).length > 0) return 'roles-exclude-each-other';
  if (isAdministrator(roles) && FOOTAGE.includes(action)) return 'administrators-never-look';
  return action === 'approve' && !mayDecide(requestedBy, id) ? 'nobody-approves-own-request' : null;
}

/** Several rules may ask for approval: whoever one of them names may approve, for as long as the longest of them lets. */
function approvalOf(rules: readonly Rule[]): Decision['approval'] {
  const hours = rules.map(({ grantHoursMax }) => grantHoursMax ?? null);
  const longest = hours.includes(null) ? null : Math.max(...hours.map(Number));
  return { of: [...new Set(rules.flatMap(({ approvers = [] }) => approvers))], hoursMax: longest };
}

/** All ways in which somebody stands to a recording. */
export function relationsOf({ officer, unit }: Asker, shown: Shown, { granted }: Pick<Moment, 'granted'>): readonly Relation[] {
  const found: (Relation | false)[] = [
    'any',
    officer !== null && officer === shown.officer && 'own',
    unit !== null && unit === shown.units[0] && 'same-unit',
    unit !== null && shown.units.slice(1).includes(unit) && 'unit-below',
    shown.officer === null && 'unassigned',
    officer !== null && shown.named.includes(officer) && 'named-in-case',
    granted && 'by-grant',
  ];
  return found.filter((relation) => relation !== false);
}

function matches(rule: Rule, asker: Asker, action: Action, relations: readonly Relation[], shown: Shown, moment: Moment): boolean {
  return (
    rule.actions.includes(action) &&
    rule.roles.some((role) => asker.roles.includes(role)) &&
    rule.relations.some((relation) => relations.includes(relation)) &&
    (rule.hours === undefined || isWithin(rule.hours, moment.time)) &&
    (rule.addresses === undefined || rule.addresses.some((range) => moment.isFrom(range))) &&
    isMeant(rule.which ?? {}, shown)
  );
}

function isMeant(which: Which, shown: Shown): boolean {
  const { kinds, categories, important, confidentialityMin, confidentialityMax, caseStates, daysMin, daysMax } = which;
  const level = rankOf(shown.confidentiality ?? 'internal');
  return (
    (kinds === undefined || kinds.includes(shown.kind)) &&
    (categories === undefined || (shown.category !== null && categories.includes(shown.category))) &&
    (important === undefined || important === shown.important) &&
    (which.privacy === undefined || which.privacy === shown.private) &&
    (confidentialityMin === undefined || level >= rankOf(confidentialityMin)) &&
    (confidentialityMax === undefined || level <= rankOf(confidentialityMax)) &&
    (caseStates === undefined || caseStates.some((state) => shown.caseStates.includes(state))) &&
    (daysMin === undefined || shown.days >= daysMin) &&
    (daysMax === undefined || shown.days <= daysMax)
  );
}

/** From the first minute to before the last; over midnight where the end comes first; the whole day where both are one. */
export function isWithin(hours: string, time: string): boolean {
  const [from = '', to = ''] = hours.split('-');
  if (from === to) return true;
  return from < to ? from <= time && time < to : from <= time || time < to;
}
