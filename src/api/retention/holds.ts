import Type, { type Static } from 'typebox';
import { closed, Name, nullable, oneOf, PAGE, ReasonSchema } from '#api/common';
import { FINDING_CODES } from '#domain/hold/completeness';
import { HELD_RECORDINGS_MAX } from '#domain/hold/hold';

/** Schemas of legal holds. */

const ID = 64;
const Moment = Type.String({ maxLength: 40 });
const Words = (description: string) => Type.String({ minLength: 1, maxLength: 2000, description });

export const HoldBody = closed({
  case: Type.Optional(Name()),
  recordings: Type.Optional(Type.Array(Name(ID), { minItems: 1, maxItems: HELD_RECORDINGS_MAX, description: 'Ids.' })),
  officer: Type.Optional(Name()),
  recorder: Type.Optional(Name()),
  unit: Type.Optional(Name(400)),
  from: Type.Optional(Moment),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'The first moment after the span.' })),
  reason: Words('Why it is to be kept: the letter, the order, the proceedings.'),
  review: Type.String({ maxLength: 40, description: 'When somebody is to look whether it is still needed.' }),
});

export const HoldParams = closed({ id: Name(ID) });
export const HoldsQuery = closed({
  ...PAGE,
  inForce: Type.Optional(Type.Boolean()),
  recording: Type.Optional(Type.String({ maxLength: ID, description: 'Only holds in force that cover this recording.' })),
});
export const HeldQuery = closed({
  ...PAGE,
  waiting: Type.Optional(Type.Boolean({ description: 'Only those of which the storage does not know yet.' })),
});
export const ReleaseBody = closed({ reason: Words('Why it is not needed any more.') });

const Finding = Type.Object({
  code: oneOf(FINDING_CODES),
  recording: nullable.text('null: it is about no single one.'),
  parameters: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true }),
});

export const HoldJson = Type.Object({
  id: Type.String(),
  scope: Type.Object({
    case: nullable.text(),
    recordings: Type.Array(Type.String(), { description: 'Ids; empty: it is not about single ones.' }),
    officer: nullable.text(),
    recorder: nullable.text(),
    unit: nullable.text('Id; the units below it are meant too.'),
    from: nullable.text(),
    to: nullable.text(),
  }),
  reason: Type.String(),
  author: Type.String(),
  authorName: nullable.text('Name of that account; null: it has none.'),
  setAt: Type.String(),
  reviewAt: Type.String(),
  releasedAt: nullable.text('null: it is in force.'),
  releasedBy: nullable.text(),
  releasedByName: nullable.text('Name of that account; null: it has none.'),
  releaseReason: nullable.text(),
  isSpread: Type.Boolean({ description: 'False: some of what it has reached is not counted yet. It is in force all the same.' }),
  mirrored: Type.Object(
    {
      done: Type.Integer({ description: 'Recordings whose objects in the archive were read back as they are to be.' }),
      of: Type.Integer({ description: 'Recordings that it has reached.' }),
      without: Type.Integer({ description: 'Of the rest: nothing is archived yet, or the archive cannot hold.' }),
    },
    { description: 'What is not mirrored is held by the ledger alone, and not disposed of either.' },
  ),
  report: Type.Unsafe<{ at: string; recordings: number; findings: Static<typeof Finding>[] } | null>({
    anyOf: [
      Type.Object(
        { at: Type.String(), recordings: Type.Integer(), findings: Type.Array(Finding) },
        { description: 'What is not complete.' },
      ),
      { type: 'null' },
    ],
  }),
});

export const HeldJson = Type.Object({
  recording: Type.String(),
  reachedAt: Type.String(),
  mirror: oneOf(['waiting', 'held', 'lifted', 'none']),
  why: Type.Unsafe<Static<typeof ReasonSchema> | null>({ anyOf: [ReasonSchema, { type: 'null' }] }),
});

export type HoldAnswer = Static<typeof HoldJson>;
export type HeldAnswer = Static<typeof HeldJson>;
