import { UNLOCKED } from '#domain/lock/judge';
import { choice, integer } from './fields.ts';

/** Fields of archive.s3 about versions and locks. */
export const s3Locks = {
  unlocked: choice(
    {
      title: 'Without locks',
      description:
        'A bucket that keeps no versions or locks nothing is refused, unless this says in so many words that it is accepted. accepted-without-lock: versions, and no lock; accepted-without-versions: neither.',
      default: 'refused',
    },
    UNLOCKED,
  ),
  lockMode: choice(
    {
      title: 'Mode of locks',
      description:
        'How originals are locked, which cannot be changed later. GOVERNANCE: whoever has the right to bypass may delete them; COMPLIANCE: nobody may before the date. bucket: as the own rule of the bucket says.',
      default: 'bucket',
    },
    ['bucket', 'GOVERNANCE', 'COMPLIANCE'],
  ),
  lockHorizon: integer(
    {
      title: 'Horizon of locks',
      description: 'What is kept for ever, or until something happens, is locked so far ahead; the date moves on every month.',
      unit: 'days',
      default: 400,
    },
    90,
    3600,
  ),
  lockRate: integer(
    {
      title: 'Rate of locks',
      description: 'Dates that are prolonged at most in a second, so that uploads go on beside them.',
      unit: '1/s',
      default: 20,
    },
    1,
    1000,
  ),
};
