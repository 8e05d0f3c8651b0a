import Type, { type Static } from 'typebox';
import { closed } from '#domain/data-file/fields';

/** What the first line of a file of days off says. */
const HOLIDAYS_FORMAT = 'evidock-holidays/1';
export const HOLIDAYS_BYTES_MAX = 64 * 1024;

const days = (description: string) =>
  Type.Array(Type.String({ minLength: 10, maxLength: 21 }), { maxItems: 366, uniqueItems: true, description });

/** The days off of one year, as a site writes them. */
export const HolidayFileSchema = closed({
  format: Type.Literal(HOLIDAYS_FORMAT),
  year: Type.Integer({ minimum: 2000, maximum: 2199, description: 'The year; the name of the file says the same.' }),
  source: Type.String({ minLength: 1, maxLength: 200, description: 'Name and number of the notice.' }),
  holidays: days('Days off, `2026-10-01`, or several in a row, `2026-10-01/2026-10-07`.'),
  workdays: days('Days at a weekend on which work is done instead, written in the same way.'),
});

export type HolidayFile = Static<typeof HolidayFileSchema>;
