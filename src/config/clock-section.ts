import { integer, section } from './fields.ts';

/** `clock` of config/station.yaml. */
export const clock = section(
  'Clock',
  'When the clock of the station itself is in doubt. Then nothing is disposed of until somebody confirms it.',
  {
    limit: integer(
      {
        title: 'Limit',
        description: 'A clock that goes back or jumps by more than this while the station runs is in doubt.',
        unit: 's',
        default: 300,
      },
      10,
      86_400,
    ),
    away: integer(
      {
        title: 'Longest absence',
        description:
          'A clock that at start is later than the newest custody entry by more than this is in doubt; one that is earlier always is.',
        unit: 'days',
        default: 7,
      },
      1,
      3650,
    ),
  },
);
