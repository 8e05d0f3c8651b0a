import Type, { type Static } from 'typebox';
import { closed, Name, nullable, oneOf } from '#api/common';

const ORDERS = ['pause', 'resume', 'run', 'confirm'] as const;

const Place = Type.Object({
  place: Type.String({ description: '`vault`, or the name of the archive.' }),
  items: Type.Integer({ description: 'Originals that are to be read there.' }),
  bytes: Type.Integer(),
  periodDays: Type.Number({ description: 'Within this time each is to be read.' }),
  oldestCheckAt: nullable.text('Last check of the one that was checked longest ago; null: nothing is there.'),
  overdue: Type.Integer({ description: 'How many were not checked within the period.' }),
  bytesPerHour: Type.Integer({ description: 'How much is to be read in an hour.' }),
  roundDays: Type.Number({ description: 'How long a round takes.' }),
  keepsPeriod: Type.Boolean({ description: 'False: `scrub.bandwidth` is too little for the period.' }),
  paused: Type.Boolean(),
  haltedAt: nullable.text('When healing was stopped for too many faults; null: it goes on.'),
  faults: Type.Integer({ description: 'Copies that are bad or cannot be read, at most 1000 told.' }),
});

export const ScrubJson = Type.Object({
  on: Type.Boolean({ description: 'Setting `scrub.on`.' }),
  places: Type.Array(Place),
});
export const ScrubOrderBody = closed({
  place: Name(64),
  order: oneOf(ORDERS, '`run`: read at once what was not read since now; `confirm`: the faults were looked at, and healing may go on.'),
});

export type ScrubAnswer = Static<typeof ScrubJson>;
