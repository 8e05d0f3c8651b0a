import Type from 'typebox';
import { PART_TIMES } from '#domain/card/facts';
import { choice, flag, integer, section, text } from './fields.ts';

/** `dock` of config/station.yaml. */
export const dock = section('Dock', 'Where recorders appear.', {
  watch: Type.Array(Type.String({ minLength: 1 }), {
    title: 'Watched places',
    description: 'Directories under which each new directory is a docked recorder (mount points, sample cards).',
    default: [],
    maxItems: 64,
  }),
  settleMs: integer(
    {
      title: 'Settling time',
      description: 'How long a new directory must be quiet before it counts as docked.',
      unit: 'ms',
      default: 1500,
    },
    0,
    600_000,
  ),
  usb: flag({
    title: 'USB hot-plug',
    description:
      'Watch the USB ports themselves: recognise, unlock and mount what is plugged in. Off in a checkout, on in an installed station.',
    default: false,
  }),
  hubs: Type.Array(Type.String({ pattern: '^[0-9]+(-[0-9]+(\\.[0-9]+)*)?$' }), {
    title: 'Slot hubs',
    description:
      'Port paths (`1-4`) below which every port is a recorder slot: other devices are an alarm there, and nothing elsewhere is touched. A USB 3 hub has two (`1-4` and `2-4`): one of them is enough. Empty: storage in any port is looked at, and only ports with a number raise alarms.',
    default: [],
    maxItems: 64,
  }),
  unknown: choice(
    {
      title: 'Unknown storage',
      description:
        'What is done with a USB storage device that no driver knows. leave: it is shown and left alone; take: every file is taken as it is.',
      default: 'leave',
    },
    ['leave', 'take'],
  ),
  mountHelper: text({
    title: 'Mount helper',
    description: 'Socket of the helper that may mount; empty: the station mounts by itself and must be root.',
    default: '',
  }),
  powerOff: flag({
    title: 'Release when safe',
    description: 'Unmount a USB recorder and take it off the bus as soon as it is safe to undock.',
    default: true,
  }),
  endsTakeOut: flag({
    title: 'Docking is a return',
    description:
      'A recorder that an officer has taken out counts as returned when it is docked. Off: only `evidock recorder return` ends a take-out.',
    default: false,
  }),
  secrets: text({
    title: 'Secrets directory',
    description:
      'One file per secret, for example unlock-gat947-usb: passwords of recorders. Empty: the CREDENTIALS_DIRECTORY of systemd, if there is one.',
    default: '',
  }),
  clockWarn: integer(
    { title: 'Clock limit', description: 'A recorder whose clock is off by more is shown with a warning.', unit: 's', default: 60 },
    1,
    86_400,
  ),
  chargeMin: integer(
    {
      title: 'Least charge',
      description:
        'A recorder that tells its charge, and came with less, is shown at the slots as one to be charged before its next shift.',
      unit: '%',
      default: 30,
    },
    0,
    100,
  ),
  setClock: flag({
    title: 'Set clocks',
    description:
      "Set a recorder's clock where its driver can, when it is off by more than a second; the custody log says so, of a vendor's command before it is sent. Files from before keep the offset of then.",
    default: false,
  }),
  wipe: choice(
    {
      title: 'Wipe',
      description:
        'Whether files are removed from a recorder: never; after-sealed: once the docking is safe; after-archived: once every recording of the card is verified in the archive. Only files whose sealed digest was verified, and that are unchanged, are ever removed.',
      default: 'never',
    },
    ['never', 'after-sealed', 'after-archived'],
  ),
});

/** `intake` of config/station.yaml. */
export const intake = section('Intake', 'How footage is copied from recorders.', {
  sm3: flag({
    title: 'SM3',
    description: 'Compute SM3 (GB/T 32905) beside SHA-256. Costs about six times the CPU of SHA-256.',
    default: true,
  }),
  reserve: integer(
    { title: 'Disk reserve', description: 'Free space on the vault disk that intake never uses.', unit: 'MiB', default: 2048 },
    0,
    1024 * 1024 * 64,
  ),
  buffers: integer(
    { title: 'Copy buffers', description: 'Memory for bytes on their way from all recorders together.', unit: 'MiB', default: 64 },
    8,
    1024,
  ),
  filesAtOnce: integer(
    {
      title: 'Files at once',
      description:
        'Files copied at the same time, over all recorders; each recorder asks for two. A handful of small files counts as one. Those beyond it wait for their turn.',
      default: 64,
    },
    1,
    256,
  ),
  filesMax: integer(
    { title: 'Files per recorder', description: 'Entries beyond this number are refused by name.', default: 200_000 },
    1,
    5_000_000,
  ),
  depthMax: integer({ title: 'Directory depth', description: 'Directories deeper than this are refused by name.', default: 16 }, 1, 64),
  fileMax: integer(
    { title: 'File size', description: 'Larger files are refused by name.', unit: 'MiB', default: 1024 * 256 },
    1,
    1024 * 1024 * 16,
  ),
  verify: choice(
    {
      title: 'Verification',
      description:
        'vault: the copy is read back from the disk; source+vault: and the file is read from the recorder a second time and must be the same.',
      default: 'vault',
    },
    ['vault', 'source+vault'],
  ),
  known: choice(
    {
      title: 'Known files',
      description:
        'When a docking with files that were sealed before is safe. sampled: once they have passed a random sample; they are compared whole afterwards, as long as the recorder stays. whole: only once they were compared whole.',
      default: 'sampled',
    },
    ['sampled', 'whole'],
  ),
  waitForRest: integer(
    {
      title: 'Waiting for the rest',
      description:
        'How long the missing files of a recording are waited for after their recorder has left; then the recording is closed without them, and they wait in one of their own.',
      unit: 'h',
      default: 24,
    },
    1,
    8760,
  ),
  gapsMax: integer(
    {
      title: 'Gaps',
      description:
        'Bytes of a file that the recorder may fail to deliver. A file with more of them is not taken; with fewer it is sealed as damaged, with its gaps on record.',
      unit: 'MiB',
      default: 256,
    },
    0,
    1024 * 1024,
  ),
  leftovers: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    title: 'More leftovers',
    description:
      'Names of files that are no part of what a recorder holds, beside those that operating systems are known to leave (src/domain/card/leftovers.ts): `*` stands for any characters, a `/` at the end makes it a folder and all below it. They take no part in recognition and are sealed as kind leftover.',
    default: [],
    maxItems: 100,
  }),
  patterns: Type.Array(
    Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        regex: Type.String({ minLength: 1, maxLength: 500 }),
        kind: Type.Optional(Type.Enum(['video', 'audio', 'photo', 'document', 'log', 'track', 'unrecognised'])),
        important: Type.Optional(Type.Boolean()),
        sidecar: Type.Optional(Type.Boolean()),
        sequenceMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999 })),
        part: Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 })),
        firstPart: Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 })),
        partTime: Type.Optional(Type.Enum([...PART_TIMES])),
        contiguousMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
        example: Type.String({ minLength: 1 }),
      },
      { additionalProperties: false },
    ),
    {
      title: 'More name patterns',
      description: "Ways of naming files that this site's recorders use, tried before the driver's own; see docs/config.md.",
      default: [],
      maxItems: 100,
    },
  ),
});
