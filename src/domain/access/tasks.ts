import { ADMINISTRATORS, ROLES, type Role } from './roles.ts';

/**
 * What somebody may be allowed to do at the station beside actions on one recording, and whether they may ask for such actions at all. A route names the task
 * that it needs; which roles have which task is a table.
 */
export const TASKS = [
  'own-account',
  'kiosk',
  'see-slots',
  'find-footage',
  'show-footage',
  'tag-footage',
  'see-work',
  'see-registry',
  'change-registry',
  'change-cases',
  'dock',
  'retry-work',
  'run-work',
  'verify',
  'see-health',
  'administer',
  'manage-accounts',
  'manage-policy',
  'explain-access',
  'read-audit',
  'see-own-looks',
  'request-call-up',
  'decide-call-up',
  'see-retention',
  'set-hold',
  'release-hold',
  'propose-disposal',
  'approve-disposal',
  'read-schedules',
  'manage-retention',
  'adopt-retention',
  'approve-correction',
  'see-duties',
  'answer-duties',
] as const;
export type Task = (typeof TASKS)[number];

/** Which roles have a task. */
export type TaskTable = Readonly<Record<Task, readonly Role[]>>;

/**
 * What a station starts with. `kiosk` is nobody's: a kiosk is no person. A policy may give another table within `taskFaults`.
 */
export const DEFAULT_TASKS: TaskTable = {
  'own-account': ROLES,
  kiosk: [],
  'see-slots': ['officer', 'custodian', 'reviewer', 'system-administrator'],
  'find-footage': ['officer', 'custodian', 'auditor', 'reviewer'],
  'show-footage': ['officer', 'custodian', 'auditor', 'reviewer'],
  'tag-footage': ['officer', 'custodian'],
  'see-work': ['custodian', 'auditor'],
  'see-registry': ['officer', 'custodian', 'auditor', 'reviewer', 'security-administrator'],
  'change-registry': ['custodian'],
  'change-cases': ['custodian'],
  dock: ['custodian'],
  'retry-work': ['custodian', 'system-administrator'],
  'run-work': ['system-administrator'],
  verify: ['auditor', 'system-administrator'],
  'see-health': ['auditor', 'system-administrator'],
  administer: ['system-administrator'],
  'manage-accounts': ['security-administrator'],
  'manage-policy': ['security-administrator'],
  'explain-access': ['auditor', 'security-administrator'],
  'read-audit': ['auditor'],
  'see-own-looks': ['officer', 'custodian', 'auditor', 'reviewer'],
  'request-call-up': ['officer', 'custodian', 'auditor'],
  'decide-call-up': ['reviewer'],
  'see-retention': ['custodian', 'auditor', 'reviewer'],
  'set-hold': ['custodian', 'auditor'],
  'release-hold': ['reviewer', 'auditor'],
  'propose-disposal': ['custodian'],
  'approve-disposal': ['reviewer'],
  'read-schedules': ['custodian', 'auditor', 'reviewer', 'security-administrator'],
  'manage-retention': ['custodian'],
  'adopt-retention': ['security-administrator'],
  'approve-correction': ['reviewer'],
  'see-duties': ['custodian', 'auditor', 'reviewer', 'system-administrator'],
  'answer-duties': ['custodian', 'reviewer', 'system-administrator'],
};

/** Tasks by which somebody learns of footage: never an administrator's. */
const OF_FOOTAGE: readonly Task[] = [
  ...(['find-footage', 'show-footage', 'tag-footage', 'see-work', 'request-call-up', 'decide-call-up'] as const),
  ...(['set-hold', 'release-hold', 'approve-correction'] as const),
  // A list for disposal shows whose footage goes, and terms show what there is.
  ...(['see-retention', 'propose-disposal', 'approve-disposal'] as const),
];

/** Each of these tasks is kept by this role, whatever a policy says, and taken by no role that is not named. */
const KEPT: Readonly<Partial<Record<Task, { readonly by: Role; readonly also: readonly Role[] }>>> = {
  'manage-accounts': { by: 'security-administrator', also: [] },
  'manage-policy': { by: 'security-administrator', also: [] },
  administer: { by: 'system-administrator', also: [] },
  'read-audit': { by: 'auditor', also: ['reviewer'] },
  // Whoever can be shown in footage never has a hand in its deletion, and one role never has both hands.
  'propose-disposal': { by: 'custodian', also: [] },
  'approve-disposal': { by: 'reviewer', also: ['auditor'] },
  'adopt-retention': { by: 'security-administrator', also: ['reviewer'] },
};

export interface TaskFault {
  readonly code: 'administrators-see-footage' | 'task-kept' | 'asks-and-decides' | 'kiosk-is-nobody' | 'own-account-is-everybodys';
  readonly task: Task;
  readonly roles: readonly Role[];
}

/**
 * What a site cannot weaken: no administrator has a task of footage; accounts and policy are the security administrator's alone, the machine the system
 * administrator's; the auditor reads the audit, and no administrator does; no role both asks for a call-up and decides on one; everybody has their own account.
 */
export function taskFaults(table: TaskTable): readonly TaskFault[] {
  const administrators = OF_FOOTAGE.map((task) => fault('administrators-see-footage', task, table[task].filter(isOf(ADMINISTRATORS))));
  const kept = (Object.keys(KEPT) as (keyof typeof KEPT)[]).flatMap((task) => {
    const row = KEPT[task];
    if (!row) return [];
    const lost = table[task].includes(row.by) ? [] : [row.by];
    return [fault('task-kept', task, [...lost, ...table[task].filter((role) => role !== row.by && !row.also.includes(role))])];
  });
  const both = table['decide-call-up'].filter(isOf(table['request-call-up']));
  const without = ROLES.filter((role) => !table['own-account'].includes(role));
  return [
    ...administrators,
    ...kept,
    fault('asks-and-decides', 'decide-call-up', both),
    fault('kiosk-is-nobody', 'kiosk', table.kiosk),
    fault('own-account-is-everybodys', 'own-account', without),
  ].filter(({ roles }) => roles.length > 0);
}

function fault(code: TaskFault['code'], task: Task, roles: readonly Role[]): TaskFault {
  return { code, task, roles };
}

function isOf(roles: readonly Role[]): (role: Role) => boolean {
  return (role) => roles.includes(role);
}

/** Every task of a person with these roles. */
export function tasksOf(roles: readonly Role[], table: TaskTable): ReadonlySet<Task> {
  return new Set(TASKS.filter((task) => table[task].some((role) => roles.includes(role))));
}
