import { integer, section, text } from './fields.ts';

/** `audit` of config/station.yaml. */
export const audit = section('Audit', 'What reports of the audit count as, and how much of it people review.', {
  hours: text({
    title: 'Hours of work',
    description:
      "Looks outside these hours of the station's local time are listed in the report of a month; the end comes first where they go over midnight.",
    default: '07:00-20:00',
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$',
  }),
  sampleSize: integer(
    { title: 'Sample', description: 'Looks of a month that are drawn at random for a person to review (`evidock sample`).', default: 20 },
    1,
    500,
  ),
});
