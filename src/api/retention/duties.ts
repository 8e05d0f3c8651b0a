import Type, { type Static } from 'typebox';
import { closed, Name, nullable, oneOf, PAGE } from '#api/common';
import { ROLES } from '#domain/access/roles';
import { DUTY_KINDS, DUTY_STATES, DUTY_SUBJECTS } from '#domain/duties/duty';

/** Schemas of duties. */

export const DutyParams = closed({ id: Name(64) });
export const DutiesQuery = closed({
  ...PAGE,
  state: Type.Optional(oneOf(DUTY_STATES, 'Left out: all that are not done.')),
  kind: Type.Optional(oneOf(DUTY_KINDS)),
  overdue: Type.Optional(Type.Boolean({ description: 'Only open ones whose time is over.' })),
});

export const AcknowledgementBody = closed({
  reason: Type.String({ minLength: 1, maxLength: 2000, description: 'Why it is so, or what is being done.' }),
  until: Type.Optional(Type.String({ maxLength: 40, description: 'When it comes back; left out: never.' })),
});

const AcknowledgementJson = Type.Object({
  by: Type.String(),
  byName: nullable.text('Name of that account; null: it has none.'),
  at: Type.String(),
  until: nullable.text('null: it was answered for good.'),
  reason: Type.String(),
});

export const DutyJson = Type.Object({
  id: Type.String(),
  kind: oneOf(DUTY_KINDS),
  subject: Type.Object({ kind: oneOf(DUTY_SUBJECTS), id: Type.String() }),
  owner: Type.Object({ role: oneOf(ROLES), unit: nullable.text('Id of the unit; null: of all.'), unitName: nullable.text() }),
  since: Type.String(),
  due: Type.String({ description: 'From then on it is overdue.' }),
  state: oneOf(DUTY_STATES),
  overdue: Type.Boolean(),
  openedAt: Type.String({ description: 'When the station found it.' }),
  acknowledgement: Type.Unsafe<Static<typeof AcknowledgementJson> | null>({ anyOf: [AcknowledgementJson, { type: 'null' }] }),
  doneAt: nullable.text('When its cause was found gone; null: it is there.'),
});

const DutyCountJson = Type.Object({
  kind: oneOf(DUTY_KINDS),
  open: Type.Integer({ description: 'Not done.' }),
  overdue: Type.Integer({ description: 'Of those: open, and their time is over.' }),
});
export const DutyCountsJson = Type.Object({ kinds: Type.Array(DutyCountJson) });

export type DutyCountsAnswer = Static<typeof DutyCountsJson>;
export type DutyAnswer = Static<typeof DutyJson>;
