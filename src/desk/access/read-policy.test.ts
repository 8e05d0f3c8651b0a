/*
 * Goal: whoever writes a policy is told what is wrong with it, where, and in both languages; what no site can weaken is refused. Method: the policies that come
 * with the software, and copies of them with one thing changed.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyFaults } from '#domain/access/policy-faults';
import type { EvidockError } from '#domain/errors';
import { reasonText } from '#messages/reason';
import { readPolicy } from './read-policy.ts';

const DEFAULT = readFileSync(new URL('../../../config/access.yaml', import.meta.url), 'utf8');
const ENGLISH = readFileSync(new URL('../../../config/access.en.yaml', import.meta.url), 'utf8');

const SMALL = `format: evidock-access/1
rules:
  - id: own
    title: { zh-CN: 本人, en: Own }
    roles: [officer]
    relations: [own]
    actions: [look]
    effect: allow
purposes:
  - { code: case, title: { zh-CN: 办案, en: Case }, words: false, approval: false }
urgent: { roles: [], actions: [look], hoursMax: 1, confirmHours: 1 }
`;

function refusal(text: string): string {
  try {
    readPolicy(text, 1, 'access.yaml');
  } catch (error) {
    const { code, reason } = error as EvidockError;
    expect(code).toBe('config.invalid');
    expect(reasonText('zh-CN', reason)).toMatch(/\p{Script=Han}/u);
    return reasonText('en', reason);
  }
  return 'was taken';
}

describe('a policy file', () => {
  it.each([
    ['config/access.yaml', DEFAULT],
    ['config/access.en.yaml', ENGLISH],
    ['a small one', SMALL],
  ])('%s is sound', (_, text) => {
    const policy = readPolicy(text, 7, 'x');
    expect([policy.version, policyFaults(policy)]).toEqual([7, []]);
  });

  it.each([
    ['roles: [officer]', 'roles: [constable]', 'line 5, rules[0].roles[0]: "constable" must be one of officer, custodian,'],
    ['roles: [officer]', 'roles: officer', 'line 5, rules[0].roles: "officer" must be of type array'],
    ['roles: [officer]', 'roles: []', 'line 5, rules[0].roles: the list is empty'],
    ['roles: [officer]', 'roles: [officer, officer]', 'line 5, rules[0].roles: the list says something twice'],
    ['roles: [officer]', 'rolls: [officer]', 'line 5, rules[0].rolls: there is no rolls here'],
    ['    relations: [own]\n', '', 'line 3, rules[0]: relations is missing'],
    ['effect: allow', 'effect: alow', 'line 8, rules[0].effect: "alow" must be one of allow, allow-with-reason,'],
    ['effect: allow', 'effect: allow\n    which: { daysMin: -1 }', 'line 9, rules[0].which.daysMin: -1 must be at least 0'],
    ['effect: allow', 'effect: allow\n    which: { daysMin: 3, daysMax: 2 }', 'line 9, rules[0].which: rule own can match no recording'],
    ['effect: allow', 'effect: allow\n    hours: 8-20', 'line 9, rules[0].hours: rule own: hours must be written like 08:00-20:00'],
    [
      'effect: allow',
      'effect: allow\n    addresses: [10.0.0.0/33]',
      'line 9, rules[0].addresses: rule own: addresses must be written like',
    ],
    ['effect: allow', 'effect: needs-approval', 'line 8, rules[0].effect: rule own needs an approval and names nobody'],
    ['effect: allow', 'effect: allow\n    approvers: [reviewer]', 'line 9, rules[0].approvers: rule own names who may approve'],
    ['actions: [look]\n', 'actions: [see]\n', 'was taken'],
    [
      'actions: [look]\n    effect: allow',
      'actions: [see]\n    effect: allow-with-reason',
      'line 8, rules[0].effect: rule own: what lists show',
    ],
    ['roles: [officer]', 'roles: [officer, security-administrator]', 'line 5, rules[0].roles: rule own lets an administrator see footage'],
    [
      'actions: [look]\n    effect: allow',
      'actions: [tag]\n    effect: needs-approval\n    approvers: [system-administrator]',
      'line 9, rules[0].approvers: rule own lets an administrator approve',
    ],
    ['urgent: { roles: []', 'urgent: { roles: [system-administrator]', 'line 11, urgent.roles: an administrator cannot have urgent access'],
    ['id: own', 'id: Own rule', 'line 3, rules[0].id: "Own rule" must be lower-case letters'],
    ['evidock-access/1', 'evidock-access/2', 'line 1, format: "evidock-access/2" must be evidock-access/1'],
    ['hoursMax: 1,', 'hoursMax: 1, days: 2,', 'line 11, urgent.days: there is no days here'],
    ['urgent:', 'tasks: { manage-policy: [officer] }\nurgent:', 'line 11, tasks.manage-policy: task manage-policy belongs to one role'],
    ['urgent:', 'tasks: { fly: [officer] }\nurgent:', 'line 11, tasks.fly: there is no fly here'],
    ['roles: [officer]', 'roles: [officer', 'line 6: '],
    ['roles: [officer]', 'roles: [officer]\n    roles: [auditor]', 'line 6: '],
    ['title: {', 'title: !!js/function {', 'line 4: '],
  ])('with %j for %j is refused with its line and place', (before, after, told) => {
    expect(SMALL).toContain(before);
    expect(refusal(SMALL.replace(before, after))).toContain(told);
  });

  it('tells every fault at once', () => {
    const told = refusal(
      SMALL.replace('roles: [officer]', 'roles: [constable]')
        .replace('effect: allow', 'effect: alow')
        .replace('words: false', 'words: maybe'),
    );
    expect(told).toContain('rules[0].roles[0]');
    expect(told).toContain('rules[0].effect');
    expect(told).toContain('purposes[0].words');
  });

  it('that is too large, or becomes large by repeating itself, is refused', () => {
    expect(refusal(`# ${'x'.repeat(256 * 1024)}\n${SMALL}`)).toContain('more than 262144 bytes');
    const bombs = Array.from(
      { length: 9 },
      (_, n) =>
        `b${n}: &b${n} [${
          n === 0
            ? 'x'
            : Array(9)
                .fill(`*b${n - 1}`)
                .join()
        }]`,
    ).join('\n');
    expect(refusal(`${bombs}\n${SMALL}`)).toContain('access.yaml: ');
  });

  it.each(['', 'null', '5', '[]', 'a: b'])('%j is none', (text) => expect(refusal(text)).toContain('access.yaml: '));
});
