import type { Kind } from '#domain/kind';
import { CONFIDENTIALITY, type Confidentiality } from '#domain/protection';
import type { Category } from '#domain/registry';
import { ADMINISTRATORS, type Role } from './roles.ts';

/**
 * What somebody may want of a recording. `see`: its facts and pictures of the list; `look`: the moving picture; `hear`: its sound; `download`: a derivative;
 * `export`: an original. Ask of each other: none contains another.
 */
export const ACTIONS = ['see', 'look', 'hear', 'download', 'export', 'tag', 'mark', 'hold', 'approve'] as const;
export type Action = (typeof ACTIONS)[number];

/** Actions that show footage. */
export const FOOTAGE: readonly Action[] = ['look', 'hear', 'download', 'export'];

/**
 * How a person stands to a recording. `own`: they recorded it; `same-unit`, `unit-below`: whose unit it belongs to; `named-in-case`: the case names them; `by-grant`: a
 * grant that holds now covers it; `any`: however they stand.
 */
export const RELATIONS = ['own', 'same-unit', 'unit-below', 'named-in-case', 'by-grant', 'any'] as const;
export type Relation = (typeof RELATIONS)[number];

/** What a rule says of what it matches, the widest first. */
export const EFFECTS = ['allow', 'allow-with-reason', 'needs-approval', 'refuse'] as const;
export type Effect = (typeof EFFECTS)[number];

/** Which recordings; what is left out does not matter. */
export interface Which {
  readonly kinds?: readonly Kind[];
  readonly categories?: readonly Category[];
  readonly important?: boolean;
  /** At least this level. What nobody marked counts as `internal`. */
  readonly confidentialityMin?: Confidentiality;
  /** At most this level. */
  readonly confidentialityMax?: Confidentiality;
  /** Whether it carries any mark of privacy. */
  readonly privacy?: boolean;
  /** States of a case that it belongs to: one of them is enough. */
  readonly caseStates?: readonly string[];
  /** Whole days since it was taken in. */
  readonly daysMin?: number;
  readonly daysMax?: number;
}

export interface Rule {
  /** Stands in the custody log; never used again for another rule. */
  readonly id: string;
  readonly title: { readonly 'zh-CN': string; readonly en: string };
  readonly roles: readonly Role[];
  readonly relations: readonly Relation[];
  readonly actions: readonly Action[];
  readonly which?: Which;
  /** Only within these hours of the station's zone, `08:00-20:00`; over midnight where the end comes first. */
  readonly hours?: string;
  /** Only from these addresses, CIDR (RFC 4632, RFC 4291). */
  readonly addresses?: readonly string[];
  readonly effect: Effect;
  /** Of whom: one of these, for `needs-approval`. */
  readonly approvers?: readonly Role[];
  /** How long what was approved holds at most. */
  readonly grantHoursMax?: number;
}

export interface Policy {
  /** Counts up with each policy that was adopted. */
  readonly version: number;
  readonly rules: readonly Rule[];
}

const HOURS = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;

/** Why a policy cannot be used: what a site may not weaken, and what would never match. `rule`: its id. */
export interface PolicyFault {
  readonly code:
    | 'rule-twice'
    | 'administrators-see-footage'
    | 'administrators-approve'
    | 'approval-of-nobody'
    | 'approvers-without-approval'
    | 'nobody-is-meant'
    | 'nothing-matches'
    | 'hours-unreadable';
  readonly rule: string;
}

/** Every fault; none if the policy may be adopted. */
export function policyFaults({ rules }: Policy): readonly PolicyFault[] {
  const twice = rules.filter(({ id }, place) => rules.findIndex((other) => other.id === id) !== place);
  return [...twice.map(({ id }): PolicyFault => ({ code: 'rule-twice', rule: id })), ...rules.flatMap(ruleFaults)];
}

function ruleFaults(rule: Rule): readonly PolicyFault[] {
  const { id, roles, relations, actions, which, hours, effect, approvers = [] } = rule;
  const grants = effect !== 'refuse';
  const administrators = roles.some((role) => ADMINISTRATORS.includes(role));
  const codes: (PolicyFault['code'] | false)[] = [
    (roles.length === 0 || relations.length === 0 || actions.length === 0) && 'nobody-is-meant',
    grants && administrators && actions.some((action) => FOOTAGE.includes(action)) && 'administrators-see-footage',
    grants && administrators && actions.includes('approve') && 'administrators-approve',
    effect === 'needs-approval' && approvers.length === 0 && 'approval-of-nobody',
    effect !== 'needs-approval' && (approvers.length > 0 || rule.grantHoursMax !== undefined) && 'approvers-without-approval',
    approvers.some((role) => ADMINISTRATORS.includes(role)) && 'administrators-approve',
    which !== undefined && isEmpty(which) && 'nothing-matches',
    hours !== undefined && !HOURS.test(hours) && 'hours-unreadable',
  ];
  return codes.filter((code) => code !== false).map((code) => ({ code, rule: id }));
}

function isEmpty({ kinds, categories, caseStates, confidentialityMin, confidentialityMax, daysMin, daysMax }: Which): boolean {
  if ([kinds, categories, caseStates].some((list) => list?.length === 0)) return true;
  if (rankOf(confidentialityMin ?? 'public') > rankOf(confidentialityMax ?? 'top-secret')) return true;
  return (daysMin ?? 0) > (daysMax ?? Number.POSITIVE_INFINITY);
}

export function rankOf(level: Confidentiality): number {
  return CONFIDENTIALITY.indexOf(level);
}
