/*
 * Goal: what a site cannot weaken in the table of tasks is refused, whatever else the table says. Method: the table of the station, changed by random roles for
 * random tasks; an oracle that is written from the words of the rules.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TASKS, TASKS, type Task, type TaskTable, taskFaults, tasksOf } from './tasks.ts';

const ROLE = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;
const FOOTAGE = [
  'find-footage',
  'show-footage',
  'tag-footage',
  'see-work',
  'request-call-up',
  'decide-call-up',
  'see-retention',
  'propose-disposal',
  'approve-disposal',
  'set-hold',
  'release-hold',
  'approve-correction',
];
const table = fc.record(
  Object.fromEntries(TASKS.map((task) => [task, fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.subarray([...ROLE]))])),
);

/** From the words of the rules alone. */
function isSound(roles: Readonly<Record<string, readonly string[]>>): boolean {
  const of = (task: string) => roles[task] ?? [];
  const only = (task: string, ...allowed: string[]) =>
    of(task).every((role) => allowed.includes(role)) && of(task).includes(allowed[0] ?? '');
  return (
    FOOTAGE.every((task) => !of(task).some((role) => role.endsWith('administrator'))) &&
    only('manage-accounts', 'security-administrator') &&
    only('manage-policy', 'security-administrator') &&
    only('administer', 'system-administrator') &&
    only('read-audit', 'auditor', 'reviewer') &&
    only('propose-disposal', 'custodian') &&
    only('approve-disposal', 'reviewer', 'auditor') &&
    only('adopt-retention', 'security-administrator', 'reviewer') &&
    !of('decide-call-up').some((role) => of('request-call-up').includes(role)) &&
    of('kiosk').length === 0 &&
    new Set(of('own-account')).size === ROLE.length
  );
}

describe('a table of tasks', () => {
  it('of the station is sound', () => expect(taskFaults(DEFAULT_TASKS)).toEqual([]));

  it('is refused exactly where a rule is broken', () => {
    let sound = 0;
    fc.assert(
      fc.property(table, (changes) => {
        const given = Object.fromEntries(TASKS.map((task) => [task, changes[task] ?? DEFAULT_TASKS[task]])) as unknown as TaskTable;
        sound += Number(isSound(given));
        expect(taskFaults(given).length === 0).toBe(isSound(given));
      }),
      { numRuns: 1000 },
    );
    expect(sound).toBeGreaterThan(10);
  });

  it.each([
    ['find-footage', ['officer', 'system-administrator'], 'administrators-see-footage', ['system-administrator']],
    ['decide-call-up', ['reviewer', 'auditor'], 'asks-and-decides', ['auditor']],
    ['manage-policy', ['reviewer'], 'task-kept', ['security-administrator', 'reviewer']],
    [
      'own-account',
      ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator'],
      'own-account-is-everybodys',
      ['security-administrator'],
    ],
  ] as const)('names task and roles: %s of %j', (task, roles, code, told) => {
    expect(taskFaults({ ...DEFAULT_TASKS, [task]: roles })).toEqual([{ code, task, roles: told }]);
  });

  it('gives a person the tasks of all of their roles', () => {
    const tasks: readonly Task[] = [...tasksOf(['officer', 'reviewer'], DEFAULT_TASKS)];
    expect(tasks).toEqual(TASKS.filter((task) => DEFAULT_TASKS[task].includes('officer') || DEFAULT_TASKS[task].includes('reviewer')));
    expect([...tasksOf([], DEFAULT_TASKS)]).toEqual([]);
  });
});
