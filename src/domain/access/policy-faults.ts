import { isRange } from './address-range.ts';
import { FOOTAGE, type Policy, type Rule, type Ruled, rankOf, type Which } from './policy.ts';
import { ADMINISTRATORS } from './roles.ts';
import { type TaskFault, taskFaults } from './tasks.ts';

const HOURS = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;

/** Faults of the table of tasks (tasks.ts: `taskFaults`), as the policy tells them. */
const TASK_FAULTS = [
  'task-administrators-see-footage',
  'task-kept',
  'task-asks-and-decides',
  'task-kiosk-is-nobody',
  'task-own-account-is-everybodys',
] as const;

export const POLICY_FAULTS = [
  'rule-twice',
  'purpose-twice',
  'administrators-see-footage',
  'administrators-approve',
  'approval-of-nobody',
  'approvers-without-approval',
  'see-is-plain',
  'nobody-is-meant',
  'nothing-matches',
  'hours-unreadable',
  'address-unreadable',
  'urgent-administrators',
  'urgent-approves',
  ...TASK_FAULTS,
] as const;

/** Why a policy cannot be used: what a site may not weaken, and what would never match. */
export interface PolicyFault {
  readonly code: (typeof POLICY_FAULTS)[number];
  /** Id of the rule, code of the purpose, name of the task, or `urgent`. */
  readonly rule: string;
  /** Where in the policy: names and places, as a path. */
  readonly path: readonly (string | number)[];
}

/** Every fault of the rules; none if they may be adopted. */
export function ruleFaults({ rules }: Ruled): readonly PolicyFault[] {
  return [...twice(rules, ({ id }) => id, 'rule-twice', ['rules'], 'id'), ...rules.flatMap(faultsOfRule)];
}

/** Every fault of a whole policy. */
export function policyFaults({ rules, purposes, urgent, tasks }: Policy): readonly PolicyFault[] {
  const of = (codes: readonly (PolicyFault['code'] | false)[], field: string) =>
    codes.filter((code) => code !== false).map((code) => ({ code, rule: 'urgent', path: ['urgent', field] }));
  return [
    ...ruleFaults({ rules }),
    ...twice(purposes, ({ code }) => code, 'purpose-twice', ['purposes'], 'code'),
    ...of([urgent.roles.some((role) => ADMINISTRATORS.includes(role)) && 'urgent-administrators'], 'roles'),
    ...of([urgent.actions.includes('approve') && 'urgent-approves'], 'actions'),
    ...taskFaults(tasks).map(({ code, task }) => ({ code: codeOfTask(code), rule: task, path: ['tasks', task] })),
  ];
}

function codeOfTask(code: TaskFault['code']): PolicyFault['code'] {
  return code === 'task-kept' ? code : `task-${code}`;
}

function twice<T>(
  all: readonly T[],
  nameOf: (each: T) => string,
  code: PolicyFault['code'],
  path: readonly string[],
  field: string,
): readonly PolicyFault[] {
  const names = all.map(nameOf);
  return names.flatMap((name, place) => (names.indexOf(name) === place ? [] : [{ code, rule: name, path: [...path, place, field] }]));
}

function faultsOfRule(rule: Rule, place: number): readonly PolicyFault[] {
  const { id, roles, relations, actions, which, hours, addresses = [], effect, approvers = [] } = rule;
  const grants = effect !== 'refuse';
  const administrators = roles.some((role) => ADMINISTRATORS.includes(role));
  const found: (readonly [PolicyFault['code'], string] | false)[] = [
    (roles.length === 0 || relations.length === 0 || actions.length === 0) && ['nobody-is-meant', 'roles'],
    grants && administrators && actions.some((action) => FOOTAGE.includes(action)) && ['administrators-see-footage', 'roles'],
    grants && administrators && actions.includes('approve') && ['administrators-approve', 'roles'],
    effect === 'needs-approval' && approvers.length === 0 && ['approval-of-nobody', 'effect'],
    effect !== 'needs-approval' && approvers.length > 0 && ['approvers-without-approval', 'approvers'],
    effect !== 'needs-approval' && rule.grantHoursMax !== undefined && ['approvers-without-approval', 'grantHoursMax'],
    approvers.some((role) => ADMINISTRATORS.includes(role)) && ['administrators-approve', 'approvers'],
    effect !== 'allow' && grants && actions.includes('see') && ['see-is-plain', 'effect'],
    which !== undefined && isEmpty(which) && ['nothing-matches', 'which'],
    hours !== undefined && !HOURS.test(hours) && ['hours-unreadable', 'hours'],
    addresses.some((range) => !isRange(range)) && ['address-unreadable', 'addresses'],
  ];
  return found.filter((each) => each !== false).map(([code, field]) => ({ code, rule: id, path: ['rules', place, field] }));
}

function isEmpty({ kinds, categories, caseStates, confidentialityMin, confidentialityMax, daysMin, daysMax }: Which): boolean {
  if ([kinds, categories, caseStates].some((list) => list?.length === 0)) return true;
  if (rankOf(confidentialityMin ?? 'public') > rankOf(confidentialityMax ?? 'top-secret')) return true;
  return (daysMin ?? 0) > (daysMax ?? Number.POSITIVE_INFINITY);
}
