import Type, { type Static } from 'typebox';
import { closed, Name, oneOf, PAGE } from '#api/common';

/** Schemas of shifts. */

export const ShiftsQuery = closed({
  ...PAGE,
  officer: Type.Optional(Name()),
  from: Type.Optional(Type.String({ maxLength: 40, description: 'They begin at this time or later.' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'They begin before this time.' })),
});

export const ShiftJson = Type.Object({ id: Type.String(), officer: Type.String(), start: Type.String(), end: Type.String() });

export const ShiftImportBody = closed({
  format: oneOf(['csv', 'json']),
  text: Type.String({ minLength: 1 }),
  whole: Type.Optional(
    Type.Boolean({ description: 'The file has the shifts of all officers on its days. Left out: only of those whom it names.' }),
  ),
  dryRun: Type.Optional(Type.Boolean()),
});

const Changed = Type.Object({ officer: Type.String(), start: Type.String(), end: Type.String(), formerEnd: Type.String() });
const Span = Type.Object({ officer: Type.String(), start: Type.String(), end: Type.String() });
const Row = Type.Object({ line: Type.Integer(), officer: Type.String() });
const counted = <T extends Type.TSchema>(item: T, description: string) =>
  Type.Object({ count: Type.Integer(), first: Type.Array(item, { description: 'The first 1000.' }) }, { description });

export const ShiftImportJson = Type.Object({
  rows: Type.Integer(),
  same: Type.Integer({ description: 'Shifts that were on record already.' }),
  added: counted(Span, 'New shifts.'),
  changed: counted(Changed, 'Shifts that end at another time.'),
  removed: counted(Span, 'Shifts on the days of the file that it does not have.'),
  unmatched: counted(Row, 'Rows whose officer is not in the registry; they are left out.'),
});

export type ShiftAnswer = Static<typeof ShiftJson>;
export type ShiftImportAnswer = Static<typeof ShiftImportJson>;
