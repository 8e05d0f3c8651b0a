import Type from 'typebox';
import { closed, nullable } from './common.ts';

/** Schemas of sums over what came in. */

const FIGURE_DAYS_MAX = 366;

export const FiguresQuery = closed({
  days: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: FIGURE_DAYS_MAX,
      default: 30,
      description: "Calendar days in the station's zone, the last is today.",
    }),
  ),
});

const TallyFields = {
  dockings: Type.Integer(),
  reading: Type.Integer({ description: 'Going on.' }),
  safe: Type.Integer({ description: 'Safe, there or gone since.' }),
  failed: Type.Integer({ description: 'With a problem now, cut off, or gone before they were safe.' }),
  filesListed: Type.Integer(),
  filesRefused: Type.Integer({ description: 'Left on recorders.' }),
  bytesListed: Type.Integer(),
};

const Sums = { recordings: Type.Integer(), ms: Type.Integer({ description: 'Length of film and sound.' }) };

export const FiguresJson = Type.Object({
  since: Type.String({ description: 'Beginning of the first day.' }),
  until: Type.String({ description: 'End of today.' }),
  days: Type.Array(
    Type.Object({
      day: Type.String({ description: '`2026-06-20`' }),
      ...Sums,
      notArchived: Type.Integer(),
      notArchivedMs: Type.Integer(),
      damaged: Type.Integer(),
      unassigned: Type.Integer({ description: 'Without an officer or without a case.' }),
      units: Type.Array(
        Type.Object({
          unit: nullable.text('Id of the unit of the officer, as the registry has it today; null: of none.'),
          path: nullable.text('Names of the units above and its own; null where it is no id of one.'),
          ...Sums,
        }),
      ),
    }),
    { description: 'By the day on which recordings began, the oldest first; every day of the span.' },
  ),
  delays: Type.Object({
    limitHours: Type.Number({ description: 'Setting `duties.late`: how long after its end a recording may be docked.' }),
    inTime: Type.Integer(),
    late: Type.Integer(),
    untimed: Type.Integer({ description: 'Nobody knows when they began.' }),
    steps: Type.Array(
      Type.Object({
        hours: nullable.number('Up to so many hours, and above those of the step before; null: longer.'),
        recordings: Type.Integer(),
      }),
    ),
  }),
  dockings: Type.Object(TallyFields, { description: 'Of all days.' }),
  today: Type.Object(TallyFields),
  recorders: Type.Array(Type.Object({ serial: Type.String(), ...TallyFields }), { description: 'The 50 with the most failures.' }),
  work: Type.Object({
    waiting: Type.Integer(),
    failed: Type.Integer(),
    notArchived: Type.Integer({ description: 'Recordings, of all times.' }),
  }),
  space: Type.Union(
    [
      Type.Object({
        freeBytes: Type.Integer({ description: 'Of the disk of the vault, above the reserve.' }),
        bytesPerDay: nullable.number('By which it fills, by the last four weeks; null: not known yet.'),
        fullAt: nullable.text('When nothing can be taken in any more; null: not known yet, or never.'),
      }),
      Type.Null(),
    ],
    { description: 'null: the disk does not answer.' },
  ),
});
