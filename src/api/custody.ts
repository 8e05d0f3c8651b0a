import Type, { type Static } from 'typebox';

/** Entries of the custody log. */

export const CustodyJson = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  type: Type.String(),
  actor: Type.String(),
  subject: Type.String(),
  data: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  prev: Type.String(),
  hash: Type.String(),
});

export type CustodyAnswer = Static<typeof CustodyJson>;
