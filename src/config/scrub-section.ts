import { flag, integer, section } from './fields.ts';

export const scrub = section('Scrub', 'How everything that is kept is read again and compared with what was sealed.', {
  on: flag({
    title: 'On',
    description: 'False: nothing is read again on a schedule, and nobody hears of a file that has rotted.',
    default: true,
  }),
  vaultDays: integer(
    { title: 'Vault', description: 'Each original in the vault is read again within this time.', unit: 'days', default: 90 },
    1,
    3650,
  ),
  archiveDays: integer(
    { title: 'Archive', description: 'Each original in the archive is read back within this time.', unit: 'days', default: 180 },
    1,
    3650,
  ),
  bandwidth: integer(
    {
      title: 'Bandwidth',
      description:
        'Of each of vault and archive, at most this much is read. While recorders are read or footage is played it is a tenth of it. Too little keeps no period: `evidock scrub` says so.',
      unit: 'KiB/s',
      default: 20_480,
    },
    64,
    2_000_000,
  ),
  faultsMax: integer(
    {
      title: 'Faults a day',
      description: 'With more bad copies in one place within 24 hours nothing is healed there until a person confirms.',
      default: 3,
    },
    0,
    10_000,
  ),
});
