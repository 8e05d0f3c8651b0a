import Type, { type Static } from 'typebox';
import { closed, Name, nullable, oneOf, PAGE, ReasonSchema } from '#api/common';
import { DISPOSAL_STATES, ITEM_STATES } from '#domain/destruction/disposal';
import { LIST_MAX } from '#domain/destruction/list';

/** Schemas of disposal: lists, their review, and what became of each recording. */

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the list, hex.' });
const Reasoned = Type.Union([ReasonSchema, Type.Null()]);
const Words = Type.String({ minLength: 1, maxLength: 2000, description: 'Why, in words of your own.' });
const Person = Type.Object({
  person: Type.String({ description: 'Id of the account; `machine`: at the machine itself.' }),
  name: Type.String(),
  roles: Type.Array(Type.String()),
  at: Type.String(),
});

export const DisposalParams = closed({ id: Id });
export const DisposalsQuery = closed({ ...PAGE, state: Type.Optional(oneOf(DISPOSAL_STATES)) });
export const DisposalItemsQuery = closed({ ...PAGE, state: Type.Optional(oneOf(ITEM_STATES)) });
export const ProposeDisposalBody = closed({
  dueBefore: Type.Optional(
    Type.String({ maxLength: 40, description: 'RFC 3339; terms that had ended then. Now if left out; never later.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST_MAX, description: 'At most so many recordings.' })),
});
export const ExcludeBody = closed({ recording: Name(128), reason: Words });
export const ApproveBody = closed({ digest: Digest });
export const CancelBody = closed({ reason: Words });
export const RunBody = closed({
  key: Type.Optional(
    closed({
      accessKeyId: Type.String({ minLength: 1, maxLength: 256 }),
      secretAccessKey: Type.String({ minLength: 1, maxLength: 1024 }),
      sessionToken: Type.Optional(Type.String({ minLength: 1, maxLength: 8192 })),
    }),
  ),
});
export const CertificateQuery = closed({ lang: Type.Optional(oneOf(['en', 'zh-CN'], 'Language; Chinese if left out.')) });

export const DisposalJson = Type.Object({
  id: Type.String(),
  state: oneOf(DISPOSAL_STATES),
  rule: Type.String({ description: 'By which schedule they are due.' }),
  dueBefore: Type.String(),
  digest: Digest,
  proposed: Person,
  approved: Type.Union([Type.Object({ ...Person.properties, digest: Digest }), Type.Null()]),
  waitsUntil: nullable.text('When the waiting period ends; null before it is approved.'),
  beganAt: nullable.text(),
  endedAt: nullable.text(),
  reason: Reasoned,
  counts: Type.Object({
    recordings: Type.Integer({ description: 'On the list, without those that were excluded.' }),
    listed: Type.Integer({ description: 'Still to go.' }),
    excluded: Type.Integer(),
    kept: Type.Integer(),
    destroyed: Type.Integer(),
    files: Type.Integer(),
    bytes: Type.Integer(),
    hours: Type.Number({ description: 'Their length together.' }),
  }),
  officers: Type.Array(Type.Object({ id: nullable.text('null: nobody is named.'), name: nullable.text(), recordings: Type.Integer() }), {
    description: 'Whom the recordings show.',
  }),
});

const OverlapJson = Type.Object({
  recording: Type.String(),
  officer: nullable.text(),
  cases: Type.Array(Type.String()),
  category: nullable.text(),
  overlapMs: Type.Integer(),
});

export const DisposalItemJson = Type.Object({
  recording: Type.String(),
  state: oneOf(ITEM_STATES),
  rule: Type.String({ description: 'Rule of the schedule by which its term ended.' }),
  due: Type.String({ description: 'When its term ended.' }),
  files: Type.Integer(),
  bytes: Type.Integer(),
  durationMs: Type.Integer(),
  reason: Reasoned,
  start: nullable.text(),
  kind: Type.String(),
  category: nullable.text(),
  important: Type.Boolean(),
  officer: nullable.text(),
  officerName: nullable.text(),
  cases: Type.Array(Type.Object({ number: Type.String(), title: Type.String() })),
  suggested: Type.Array(Type.String(), { description: 'Cases that were suggested for it and that nobody has decided on.' }),
  pictures: Type.Array(Type.Object({ id: Type.String(), kind: Type.String() })),
  overlaps: Type.Array(OverlapJson, { description: 'Other recordings of the same time; those of cases first.' }),
  overlapCount: Type.Integer(),
  casesBeside: Type.Boolean({ description: 'A recording of the same time belongs to a case to which this one does not.' }),
});

export const RunLineJson = Type.Union([
  Type.Object({
    type: Type.Literal('recording'),
    recording: Type.String(),
    state: oneOf(['destroyed', 'kept']),
    reason: Reasoned,
    left: Type.Integer(),
  }),
  Type.Object({ type: Type.Literal('halted'), reason: ReasonSchema, left: Type.Integer() }),
  Type.Object({ type: Type.Literal('waiting') }),
  Type.Object({
    type: Type.Literal('summary'),
    state: oneOf(DISPOSAL_STATES),
    ...{ destroyed: Type.Integer(), kept: Type.Integer(), left: Type.Integer(), bytes: Type.Integer() },
  }),
]);

export type DisposalAnswer = Static<typeof DisposalJson>;
export type DisposalItemAnswer = Static<typeof DisposalItemJson>;
export type RunLineAnswer = Static<typeof RunLineJson>;
