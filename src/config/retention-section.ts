import { integer, section, text } from './fields.ts';

export const retention = section('Retention', 'How long recordings are kept.', {
  schedule: text({
    title: 'Schedule file',
    description:
      'Absolute path of the retention schedule (docs/retention-schedule.md). It takes effect when two persons have adopted it. Empty: the one for China that comes with the software (config/retention/china.yaml).',
    default: '',
  }),
  waiting: integer(
    {
      title: 'Waiting period',
      description:
        'How long an adopted schedule waits until it is in force. It lengthens terms at once; it shortens none, and nothing is disposed of by it, before that.',
      unit: 'days',
      default: 7,
    },
    1,
    365,
  ),
  holidays: text({
    title: 'Days off',
    description:
      'Absolute path of a directory with the days off of years that the software does not know, or knows otherwise (config/holidays/README.md). Empty: config/holidays of the software.',
    default: '',
  }),
});
