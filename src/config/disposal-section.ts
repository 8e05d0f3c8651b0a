import { integer, section, text } from './fields.ts';

/** `disposal` of config/station.yaml. */
export const disposal = section('Disposal', 'How recordings whose terms are over are destroyed, once two persons have decided it.', {
  waitDays: integer(
    {
      title: 'Waiting period',
      description: 'Time between the approval of a list and the first deletion, in which anybody concerned can have a recording held.',
      unit: 'days',
      default: 7,
    },
    1,
    365,
  ),
  batch: integer(
    { title: 'Batch', description: 'After so many recordings the list, its approval and the clock are looked at again.', default: 50 },
    1,
    1000,
  ),
  keyFile: text({
    title: 'Key of disposal',
    description:
      'Absolute path of a JSON file with AccessKeyId and SecretAccessKey that may delete in the archive. It is read at the start of a run and not kept; put it there for the run alone. Empty: whoever starts the run gives the key (`evidock disposal run --key`).',
    default: '',
  }),
});
