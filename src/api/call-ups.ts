import Type, { type Static } from 'typebox';
import { ROLES } from '#domain/access/roles';
import { GRANT_ENDS } from '#domain/call-up/grant';
import { NOTICE_KINDS } from '#domain/call-up/notice';
import { CALL_UP_ACTIONS, REQUEST_STATES } from '#domain/call-up/request';
import { closed, Name, nullable, oneOf, PAGE } from './common.ts';

/** Schemas of call-up: requests, grants, notices. */

const ID = 64;
const TimeText = (description?: string) => Type.String({ maxLength: 40, ...(description === undefined ? {} : { description }) });
const Words = Type.String({ maxLength: 2000 });
const RECORDINGS_MAX = 1000;

const Target = Type.Object({
  by: oneOf(['case', 'recordings', 'officer']),
  case: nullable.text('Number of the case.'),
  recordings: Type.Array(Type.String(), { description: 'Ids; empty unless single recordings are meant.' }),
  officer: nullable.text('Number of the officer.'),
  from: nullable.text(),
  to: nullable.text('The first moment after it.'),
});

const Actions = Type.Array(oneOf(CALL_UP_ACTIONS), { minItems: 1, maxItems: CALL_UP_ACTIONS.length });
const NAMED = {
  id: Type.String(),
  account: nullable.text('What they sign in with; null: nobody with an account, as at the machine itself.'),
  name: nullable.text('As they are called today.'),
};
const Named = Type.Object(NAMED);
const Person = Type.Object({ ...NAMED, unit: nullable.text('Id of the unit then.'), roles: Type.Array(oneOf(ROLES)) });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const RequestJson = Type.Object({
  id: Type.String(),
  asker: Person,
  target: Target,
  later: Type.Boolean({ description: 'Recordings that arrive later are meant too.' }),
  actions: Actions,
  purpose: Type.String(),
  words: nullable.text(),
  urgent: Type.Boolean(),
  askedAt: Type.String(),
  until: Type.String(),
  policy: Type.Integer({ description: 'Version of the policy by which it was judged.' }),
  approvers: Type.Array(oneOf(ROLES)),
  units: Type.Array(Type.String(), { description: 'Ids of the units that are concerned.' }),
  state: oneOf(REQUEST_STATES),
  decision: orNull(Type.Object({ by: orNull(Person), rule: nullable.text(), words: nullable.text(), at: Type.String() })),
  confirmation: orNull(
    Type.Object({
      due: Type.String(),
      by: orNull(Person),
      confirmed: Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] }),
      words: nullable.text(),
      at: nullable.text(),
    }),
  ),
  unconfirmed: Type.Boolean({ description: 'Urgent access that nobody has judged in time.' }),
  grant: nullable.text('Id of its grant.'),
});

export const GrantJson = Type.Object({
  id: Type.String(),
  request: Type.String(),
  user: Person,
  actions: Actions,
  target: Target,
  later: Type.Boolean({ description: 'Whatever belongs to the target counts. Otherwise only what was there when it began.' }),
  level: Type.String({ description: 'Highest level of what was there when it began. What is marked above it since is not covered.' }),
  units: orNull(
    Type.Array(Type.String(), { description: 'Of what comes later only what belongs to one of these units, or to none; null: to any.' }),
  ),
  from: Type.String(),
  until: Type.String(),
  endedAt: nullable.text('null: it holds.'),
  whyEnded: Type.Unsafe<(typeof GRANT_ENDS)[number] | null>({ type: ['string', 'null'], enum: [...GRANT_ENDS, null] }),
  endedBy: nullable.text(),
  rule: nullable.text('Rule of the policy that gave it; null: a reviewer did.'),
  policy: Type.Integer(),
  approver: nullable.text('Id.'),
  people: Type.Array(Named, { description: 'Whoever approved it and whoever ended it, by name.' }),
});

export const GrantWholeJson = Type.Object({
  ...GrantJson.properties,
  recordings: Type.Array(Type.String(), {
    description: 'Ids of the recordings that were there when it began; empty where whatever belongs to it counts.',
  }),
});

export const NoticeJson = Type.Object({
  id: Type.String(),
  user: Type.String({ description: 'Id of the account that was told.' }),
  account: NAMED.account,
  name: NAMED.name,
  kind: oneOf(NOTICE_KINDS),
  request: Type.String(),
  at: Type.String(),
  readAt: nullable.text('null: it is unread.'),
});

export const RequestParams = closed({ id: Name(ID) });

export const RequestsQuery = closed({
  ...PAGE,
  state: Type.Optional(oneOf(REQUEST_STATES)),
  unconfirmed: Type.Optional(Type.Boolean({ description: 'Urgent access that nobody has judged in time.' })),
  asker: Type.Optional(Name(ID)),
});

export const GrantsQuery = closed({
  ...PAGE,
  holding: Type.Optional(Type.Boolean({ description: 'true: those that hold; false: those that have ended.' })),
  user: Type.Optional(Name(ID)),
});

export const NoticesQuery = closed({ ...PAGE, unread: Type.Optional(Type.Boolean()) });

export const RequestBody = closed({
  case: Type.Optional(Name()),
  recordings: Type.Optional(Type.Array(Name(ID), { minItems: 1, maxItems: RECORDINGS_MAX })),
  officer: Type.Optional(closed({ id: Name(ID), from: TimeText(), to: TimeText('The first moment after it.') })),
  later: Type.Optional(Type.Boolean({ description: 'Recordings that arrive later too; not for single recordings.' })),
  actions: Actions,
  purpose: Name(ID),
  words: Type.Optional(Words),
  until: TimeText(),
  urgent: Type.Optional(Type.Boolean({ description: 'Access at once, where the policy allows that; a reviewer confirms it afterwards.' })),
});

export const DecisionBody = closed({
  decision: oneOf(['approve', 'narrow', 'refuse']),
  words: Type.Optional(Words),
  actions: Type.Optional(Actions),
  recordings: Type.Optional(Type.Array(Name(ID), { minItems: 1, maxItems: RECORDINGS_MAX })),
  until: Type.Optional(TimeText()),
  later: Type.Optional(Type.Unsafe<false>({ type: 'boolean', const: false, description: 'false: not what arrives later.' })),
});

export const ConfirmationBody = closed({
  confirmed: Type.Boolean({ description: 'false: it is rejected, and ends at once.' }),
  words: Type.Optional(Words),
});

export const CalledUpJson = Type.Object({ request: RequestJson, grant: orNull(GrantJson) });

export type RequestAnswer = Static<typeof RequestJson>;
export type GrantAnswer = Static<typeof GrantJson>;
export type NoticeAnswer = Static<typeof NoticeJson>;
export type CalledUpAnswer = Static<typeof CalledUpJson>;
