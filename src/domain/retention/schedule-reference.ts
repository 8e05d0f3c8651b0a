import { HolidayFileSchema } from '#domain/calendar/holiday-schema';
import { fieldRows } from '#domain/data-file/reference';
import { ScheduleFileSchema } from './schedule-schema.ts';

/** The schema of a schedule as JSON Schema, for editors and other programs. */
export function scheduleSchemaText(): string {
  return schemaText('Evidock: how long recordings are kept', ScheduleFileSchema);
}

/** The same for the days off of a year. */
export function holidaySchemaText(): string {
  return schemaText('Evidock: days off of a year', HolidayFileSchema);
}

function schemaText(title: string, schema: object): string {
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema })}\n`;
}

/** What can stand in a schedule and in a file of days off: a row for each field, made from the schemas. */
export function scheduleReference(): string {
  const head = ['| field | | value | meaning |', '|---|---|---|---|'];
  return [
    '# The retention schedule',
    '',
    'Made from the schemas (`node scripts/generate-retention-docs.ts`), which are [config/retention/schedule.schema.json](../config/retention/schedule.schema.json) and [config/holidays/holidays.schema.json](../config/holidays/holidays.schema.json).',
    'The schedule that comes with the software is [config/retention/china.yaml](../config/retention/china.yaml); [us.yaml](../config/retention/us.yaml) and [eu.yaml](../config/retention/eu.yaml) are examples.',
    'How terms are counted, and which rule wins: [design.md](design.md#retention). `evidock retention check FILE` checks a file and needs no station.',
    '',
    ...head,
    ...fieldRows(ScheduleFileSchema),
    '',
    '## Days off',
    '',
    'One file for each year, `2027.yaml`, in config/holidays or in the directory that `retention.holidays` names ([config/holidays/README.md](../config/holidays/README.md)).',
    '',
    ...head,
    ...fieldRows(HolidayFileSchema),
    '',
  ].join('\n');
}
