import { flag, integer, section, text } from './fields.ts';

/** `machine` of config/station.yaml. */
export const machine = section(
  'Machine',
  'Disks, arrays and free space of the machine: what is not well is a duty, and so is what cannot be read.',
  {
    on: flag({
      title: 'Watch',
      description:
        'Watch disks, arrays and the growth of the vault. Off: somebody else does, such as whoever keeps the host of a virtual machine.',
      default: true,
    }),
    report: text({
      title: 'Report of the disks',
      description: 'File in which evidock-disks.service tells how the disks are; empty: the station asks them itself, and must be root.',
      default: '',
    }),
    smartctl: text({
      title: 'smartctl',
      description: 'Program that asks disks (smartmontools), where the station asks them itself.',
      default: 'smartctl',
      minLength: 1,
    }),
    wear: integer(
      { title: 'Wear', description: 'From this share of its writing life on, a disk is a duty.', unit: '%', default: 90 },
      1,
      100,
    ),
    fullWithin: integer(
      {
        title: 'Full within',
        description: 'A vault whose disk will be full within this time, at the growth of the last four weeks, is a duty.',
        unit: 'days',
        default: 30,
      },
      1,
      365,
    ),
  },
);
