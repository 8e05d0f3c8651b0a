import Type, { type Static } from 'typebox';
import { closed, Name, nullable, PAGE } from './common.ts';

/** Schemas of holdings: who has which recorder from when to when. */

export const HoldingJson = Type.Object({
  id: Type.String(),
  serial: Type.String(),
  officerId: Type.String(),
  from: Type.String({ description: 'Taken out.' }),
  until: nullable.text('Returned; null: not yet.'),
});

export const HoldingsQuery = closed(PAGE);

export const HoldingParams = closed({ serial: Name(), id: Name(64) });

const TimeText = Type.String({ maxLength: 40 });

export const TakeOutBody = closed({
  officer: Name(64),
  from: Type.Optional(TimeText),
  until: Type.Optional(TimeText),
  handOver: Type.Optional(Type.Boolean({ description: 'Whoever has it now gives it to this officer.' })),
});

export const ReturnBody = closed({ at: Type.Optional(TimeText) });

export const HoldingBody = closed({
  officer: Type.Optional(Name(64)),
  from: Type.Optional(TimeText),
  until: Type.Optional(nullable.text('null: it is not back yet.')),
});

export const HeldJson = Type.Object({
  holding: HoldingJson,
  redecided: Type.Integer({ description: 'Recordings that have another officer by it.' }),
});

export type HoldingAnswer = Static<typeof HoldingJson>;
export type HeldAnswer = Static<typeof HeldJson>;
