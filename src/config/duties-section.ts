import { integer, section } from './fields.ts';

/** `duties` of config/station.yaml. */
export const duties = section('Duties', 'From when on something is a duty that somebody has to see to (evidock duties).', {
  late: integer(
    {
      title: 'Docked late',
      description: 'A recording that is docked later than this after its end is a duty.',
      unit: 'h',
      default: 24,
    },
    1,
    8760,
  ),
  absent: integer(
    { title: 'Recorder absent', description: 'A recorder that was not docked for this long is a duty.', unit: 'days', default: 7 },
    1,
    365,
  ),
  untagged: integer(
    {
      title: 'Untagged',
      description: 'A recording that has neither category nor case this long after it was docked is a duty.',
      unit: 'days',
      default: 3,
    },
    1,
    365,
  ),
  archive: integer(
    {
      title: 'Not archived',
      description: 'A recording that is not in the archive this long after it was docked is a duty.',
      unit: 'h',
      default: 24,
    },
    1,
    8760,
  ),
  answer: integer(
    { title: 'Time to answer', description: 'How long its owner has until a duty is overdue.', unit: 'days', default: 3 },
    1,
    365,
  ),
  digest: integer(
    {
      title: 'Hour of the digest',
      description:
        'From this hour of the day on, by the zone of the station, each owner gets one mail a day with everything of theirs that is overdue (notices.mail).',
      default: 8,
    },
    0,
    23,
  ),
});
