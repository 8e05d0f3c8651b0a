import { choice, flag, integer, section } from './fields.ts';

export const eviction = section(
  'Eviction',
  'What leaves the vault when it fills up, because the archive holds it. Nothing is disposed of.',
  {
    on: flag({
      title: 'Evict',
      description:
        'Remove originals from the vault that the archive has verified, where room is needed, and playable copies where no original is left that could go. Without an archive nothing ever is.',
      default: true,
    }),
    highWater: integer(
      {
        title: 'High-water mark',
        description: 'Above this share of the space of the vault, less the reserve, room is made.',
        unit: '%',
        default: 90,
      },
      1,
      100,
    ),
    lowWater: integer(
      { title: 'Low-water mark', description: 'Room is made down to this share; not above the high-water mark.', unit: '%', default: 80 },
      0,
      100,
    ),
    copies: integer(
      { title: 'Copies', description: 'Verified copies in archives that an original or a playable copy must have.', default: 1 },
      1,
      5,
    ),
    check: choice(
      {
        title: 'Check',
        description: 'readback: only a check counts that read every archived byte back; head: size and server checksum suffice.',
        default: 'readback',
      },
      ['readback', 'head'],
    ),
    checkDays: integer(
      { title: 'Age of the check', description: 'A copy whose check is older is read back first.', unit: 'days', default: 30 },
      1,
      3650,
    ),
    everySeconds: integer({ title: 'Look every', description: 'How often the space is looked at.', unit: 's', default: 30 }, 1, 3600),
  },
);
