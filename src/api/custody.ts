import Type, { type Static } from 'typebox';
import { ACTOR_KINDS } from '#domain/custody/actor';
import { nullable, oneOf } from './common.ts';

/** Schemas of custody entries. */

export const CustodyJson = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  type: Type.String(),
  version: Type.Integer({ description: 'Byte form: 2, or 1 for entries of before.' }),
  actor: Type.Object({
    kind: oneOf(ACTOR_KINDS),
    id: nullable.text(),
    via: nullable.text(),
    session: nullable.text(),
    user: Type.Optional(Type.String({ description: 'Of a token: the account of its owner.' })),
    knownBy: Type.Optional(Type.String({ description: 'How whoever sent the request signed in, or what else they showed.' })),
    requestId: Type.Optional(
      Type.String({ description: 'Id of the request that the entry comes from, as its answer named it in `x-request-id`.' }),
    ),
  }),
  subject: Type.String({ description: 'What it is about: `case:LY-2026-0012`.' }),
  related: Type.Array(Type.String(), { description: 'What else it belongs to the history of.' }),
  data: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  lists: Type.Unsafe<Record<string, readonly unknown[]>>({
    type: 'object',
    additionalProperties: { type: 'array' },
    description: 'The entry holds their count and digest.',
  }),
  personal: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description: 'The entry holds commitments; those that were erased are missing here.',
  }),
  salts: Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    description:
      'By the name of a personal value, hex: SHA-256 of these 32 bytes and of the canonical JSON of the value is the commitment in `canonical`.',
  }),
  prev: Type.String(),
  hash: Type.String({ description: 'SHA-256 of the UTF-8 bytes of `canonical`.' }),
  canonical: Type.String({ description: 'Canonical JSON (RFC 8785), the bytes that are hashed; empty where something was left out.' }),
  leftOut: Type.Boolean({ description: 'The entry tells more, of footage that whoever asks may not see.' }),
});

export type CustodyAnswer = Static<typeof CustodyJson>;
