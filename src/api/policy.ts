import Type, { type Static } from 'typebox';
import { ACTIONS, EFFECTS, RELATIONS } from '#domain/access/policy';
import { ROLES } from '#domain/access/roles';
import { closed, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';

/** Schemas of the policy that says who may look, and of why somebody may or may not. */

/** Sent as JSON, a file of the largest size has at most six times as many bytes. */
export const POLICY_BODY_BYTES_MAX = 6 * 256 * 1024 + 4096;
const STATES = ['proposed', 'in-force', 'former', 'refused', 'withdrawn'] as const;

/** A sentence in both languages. */
const Words = Type.Object({ 'zh-CN': Type.String(), en: Type.String() });

export const WideningJson = Type.Object({
  reason: ReasonSchema,
  words: Words,
});

export const PolicyVersionJson = Type.Object({
  version: Type.Integer(),
  state: oneOf(STATES),
  source: oneOf(['shipped', 'file', 'person'], 'It came with the software, from the file of the site, or somebody sent it.'),
  sha256: Type.String({ description: 'Of the text, hex.' }),
  proposedBy: Type.String(),
  proposedAt: Type.String(),
  decidedBy: nullable.text('Who adopted, refused or withdrew it; null while it is proposed.'),
  decidedAt: nullable.text(),
});

export const PolicyTextJson = Type.Object({
  ...PolicyVersionJson.properties,
  text: Type.String({ description: 'The file, YAML.' }),
  against: nullable.integer('Of a proposal: the version in force with which it is compared.'),
  widenings: Type.Union([Type.Array(WideningJson), Type.Null()], {
    description:
      'Of a proposal: what it lets people do more than the version in force; null: too many cases to compare, or it is no proposal.',
  }),
});

const RuleJson = Type.Object({
  id: Type.String(),
  title: Words,
  roles: Type.Array(oneOf(ROLES)),
  relations: Type.Array(oneOf(RELATIONS)),
  actions: Type.Array(oneOf(ACTIONS)),
  effect: oneOf(EFFECTS),
});

export const PurposeJson = Type.Object({
  code: Type.String(),
  title: Words,
  words: Type.Boolean({ description: 'Words of one’s own are needed beside the code.' }),
  approval: Type.Boolean({ description: 'With this purpose nothing is shown at once: somebody who may approve decides.' }),
});

export const PolicyJson = Type.Object({
  version: Type.Integer({ description: '0: the policy that comes with the software, before any was adopted.' }),
  rules: Type.Array(RuleJson),
  purposes: Type.Array(PurposeJson),
  trouble: Type.Union([ReasonSchema, Type.Null()], { description: 'Why the policy file of the site cannot be used; null: it can.' }),
  waiting: Type.Integer({ description: 'Versions that wait for a decision.' }),
});

export const PolicyVersionsQuery = closed({ state: Type.Optional(oneOf(STATES)), ...PAGE });
export const PolicyVersionParams = closed({ version: Type.Integer({ minimum: 1, maximum: 2 ** 31 }) });
export const ProposeBody = closed({
  text: Type.String({ minLength: 1, maxLength: 256 * 1024, description: 'The file, YAML.' }),
  name: Type.Optional(Name(300)),
});
export const AdoptBody = closed({
  against: Type.Integer({
    minimum: 0,
    description: 'Version in force when you read what the proposal widens. Another one by now: nothing is adopted.',
  }),
});
export const RefuseBody = closed({ reason: Type.Optional(Name(1000)) });

export const ProposedJson = Type.Object({
  version: Type.Integer(),
  state: oneOf(['proposed', 'in-force'], '`in-force`: it lets nobody do more, so it counts from now on.'),
  against: nullable.integer(),
  widenings: Type.Union([Type.Array(WideningJson), Type.Null()]),
});

export const CheckedJson = Type.Object({
  against: nullable.integer('The version in force with which it was compared.'),
  widenings: Type.Union([Type.Array(WideningJson), Type.Null()]),
});

export const ExplainQuery = closed({
  user: Name(64),
  recording: Name(128),
  action: oneOf(ACTIONS),
  at: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339; now if left out.' })),
  address: Type.Optional(Type.String({ maxLength: 45, description: 'As if they came from this address.' })),
});

export const ExplainedJson = Type.Object({
  user: Type.String(),
  recording: Type.String(),
  action: oneOf(ACTIONS),
  at: Type.String(),
  effect: oneOf(EFFECTS),
  policy: Type.Integer({ description: 'Version of the policy.' }),
  words: Words,
  relations: Type.Array(oneOf(RELATIONS), { description: 'How they stand to the recording.' }),
  grants: Type.Array(Type.String(), { description: 'Ids of the grants that cover it.' }),
  matched: Type.Array(RuleJson, { description: 'Every rule that matches, in the order of the policy.' }),
  approval: Type.Union([
    Type.Object({ of: Type.Array(oneOf(ROLES)), hoursMax: nullable.integer('How long a grant holds at most; null: no limit by rule.') }),
    Type.Null(),
  ]),
  task: Type.Boolean({ description: 'They have the task without which nobody may ask for this action.' }),
});

export type PolicyAnswer = Static<typeof PolicyJson>;
export type PolicyVersionAnswer = Static<typeof PolicyVersionJson>;
export type PolicyTextAnswer = Static<typeof PolicyTextJson>;
export type ProposedAnswer = Static<typeof ProposedJson>;
export type CheckedAnswer = Static<typeof CheckedJson>;
export type ExplainedAnswer = Static<typeof ExplainedJson>;
