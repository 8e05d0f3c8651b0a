import Type, { type Static } from 'typebox';
import { CASE_STATES } from '#domain/case-course';
import { closed, code, listOf, oneOf, titled } from '#domain/data-file/fields';
import { KINDS } from '#domain/kind';
import { CONFIDENTIALITY } from '#domain/protection';
import { CATEGORIES } from '#domain/registry';
import { ACTIONS, EFFECTS, RELATIONS } from './policy.ts';
import { ROLES } from './roles.ts';
import { DEFAULT_TASKS, TASKS, type Task } from './tasks.ts';

/** What the first line of a policy file says. */
const POLICY_FORMAT = 'evidock-access/1';
/** Longer files are refused before they are read. */
export const POLICY_BYTES_MAX = 256 * 1024;
const RULES_MAX = 200;
const PURPOSES_MAX = 50;
const HOURS_MAX = 24 * 366;

const hours = (description: string) => Type.Integer({ minimum: 1, maximum: HOURS_MAX, description });

const WhichSchema = closed(
  {
    kinds: Type.Optional(listOf(KINDS, 'Kinds of recording.')),
    categories: Type.Optional(listOf(CATEGORIES, 'Categories of enforcement; a recording without one is not meant.')),
    important: Type.Optional(Type.Boolean({ description: 'Whether it is marked as important.' })),
    confidentialityMin: Type.Optional(
      oneOf(CONFIDENTIALITY, 'At least this level, the highest of the recording and its cases; nobody marked it: `internal`.'),
    ),
    confidentialityMax: Type.Optional(oneOf(CONFIDENTIALITY, 'At most this level.')),
    privacy: Type.Optional(Type.Boolean({ description: 'Whether the recording or a case of it carries a mark of privacy.' })),
    caseStates: Type.Optional(listOf(CASE_STATES, 'One of its cases is in one of these states.')),
    daysMin: Type.Optional(Type.Integer({ minimum: 0, maximum: 36_525, description: 'Whole days since it was taken in, at least.' })),
    daysMax: Type.Optional(Type.Integer({ minimum: 0, maximum: 36_525, description: 'Whole days since it was taken in, at most.' })),
  },
  'Which recordings; what is left out does not matter.',
);

const RuleSchema = closed({
  id: code('Stands in the custody log; never use it again for another rule.'),
  title: titled(),
  roles: listOf(ROLES, 'For people with one of these roles.'),
  relations: listOf(RELATIONS, 'Who stand to the recording in one of these ways.'),
  actions: listOf(ACTIONS, 'What they want of it.'),
  which: Type.Optional(WhichSchema),
  hours: Type.Optional(
    Type.String({
      maxLength: 11,
      description: "Only within these hours of the station's zone, `08:00-20:00`; over midnight where the end comes first.",
    }),
  ),
  addresses: Type.Optional(
    Type.Array(Type.String({ maxLength: 49 }), {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description: 'Only from these addresses, `10.1.0.0/16`. Whoever comes over the control socket has no address.',
    }),
  ),
  effect: oneOf(EFFECTS, 'Refusal beats permission; of permissions the widest counts; what no rule allows is refused.'),
  approvers: Type.Optional(listOf(ROLES, 'Who may approve, for `needs-approval`: one of these.')),
  grantHoursMax: Type.Optional(hours('How long what was approved holds at most, hours, for `needs-approval`.')),
});

const PurposeSchema = closed({
  code: code('Stands in the log of looks.'),
  title: titled(),
  words: Type.Boolean({ description: 'Words of one’s own are needed beside the code.' }),
  approval: Type.Boolean({
    description:
      'With this purpose nothing is shown at once: somebody who may approve decides, whatever a rule lets people do for a reason.',
  }),
});

const UrgentSchema = closed(
  {
    roles: Type.Array(oneOf(ROLES), { uniqueItems: true, description: 'Who may; empty: nobody.' }),
    actions: listOf(ACTIONS),
    hoursMax: hours('How long it holds at most, hours.'),
    confirmHours: hours('Within so many hours a reviewer confirms it; else it is listed as unconfirmed.'),
  },
  'Looking at once, with words, where approval is needed; reviewers are told.',
);

const taskRow = (task: Task) =>
  Type.Array(oneOf(ROLES), { uniqueItems: true, description: `By default: ${DEFAULT_TASKS[task].join(', ') || 'nobody'}.` });

/** A policy file. */
export const PolicyFileSchema = closed({
  format: Type.Literal(POLICY_FORMAT),
  rules: Type.Array(RuleSchema, { maxItems: RULES_MAX }),
  purposes: Type.Array(PurposeSchema, { minItems: 1, maxItems: PURPOSES_MAX, description: 'Reasons that people may give for a look.' }),
  urgent: UrgentSchema,
  tasks: Type.Optional(
    closed(
      Object.fromEntries(TASKS.map((task) => [task, Type.Optional(taskRow(task))])),
      'Who may do what is no action on a recording, where it differs from the table in docs/access.md.',
    ),
  ),
});

export type PolicyFile = Static<typeof PolicyFileSchema>;
