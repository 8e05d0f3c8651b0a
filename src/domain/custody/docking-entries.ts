import Type from 'typebox';
import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { describedRecording, listedOriginal, note } from './described.ts';
import { bytes, closed, code, count, flag, id, ms, slot, why, words } from './fields.ts';
import { subject } from './subject.ts';

const recorderOf = ({ recorder }: { readonly recorder: string }) => [subject('recorder', recorder)];
const DOCKING = subject('docking', 'dck-01k0d5w7q3-hz01-8c3m2x9a1b');
const RECORDER = 'DSJ0000041';

export const DockingArrived = defineEntry({
  type: 'docking.arrived',
  about: ['docking'],
  tells: 'A recorder was recognised in a slot.',
  data: {
    slot: slot(),
    port: id('USB port (`1-4.2`) or absolute path.'),
    recorder: id('Serial of the recorder.'),
    driver: id(),
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    vendorId: nullable(id()),
    productId: nullable(id()),
    toldSerial: nullable(id('Serial that the bus told.')),
    clockOffsetMs: nullable(ms('Station clock minus recorder clock, ms; null: not measured.')),
    clockOff: flag('Over the limit that is warned of.'),
    batteryPercent: Type.Optional(
      nullable(Type.Integer({ minimum: 0, maximum: 100, description: 'Charge of its battery when it came; null: not told.' })),
    ),
    unclean: flag('Its file system carried the mark of a pull.'),
    newRecorder: flag('It was not in the registry before.'),
    firstSeenAtMs: ms('When this recorder was docked first, ms since 1970.'),
  },
  lists: { why: why('Why this driver.') },
  related: recorderOf,
  example: {
    subject: DOCKING,
    data: {
      ...{
        slot: 3,
        port: '1-4.2',
        recorder: RECORDER,
        driver: 'gat947',
        score: 90,
        vendorId: '2a01',
        productId: '1b01',
        toldSerial: '0000041',
      },
      ...{ clockOffsetMs: -4000, clockOff: false, batteryPercent: 62, unclean: false, newRecorder: true, firstSeenAtMs: 1_781_942_400_000 },
    },
    lists: { why: [because('names-carry', { found: 12, count: 12 })] },
  },
});

export const RecordingsListed = defineEntry({
  type: 'recordings.listed',
  about: ['docking'],
  tells: 'Files of the card were put on record; nothing of them is copied yet.',
  data: { recorder: id('Serial of the docked recorder.'), files: count('Files that were never listed before.') },
  lists: {
    recordings: closed({ ...describedRecording(), originals: Type.Array(listedOriginal()) }),
    again: id('Originals that an earlier docking had listed.'),
  },
  personal: {
    paths: Type.Record(Type.String(), words(), { description: 'Path on the card, printable form, by the id of the original.' }),
    takes: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
      description: 'Where in a take its name says that a segment stands, by the id of the original; those of none are left out.',
    }),
    notes: Type.Record(Type.String(), Type.Array(note()), {
      description: 'What a person should know of a recording, by its id; those of which there is nothing to say are left out.',
    }),
  },
  example: {
    subject: DOCKING,
    data: { recorder: RECORDER, files: 1 },
    lists: {
      recordings: [
        {
          ...{ id: 'rec-01k0d5w7q3-hz01-2222222222', recorder: RECORDER, kind: 'video', officer: '041234', officerSource: 'file-name' },
          ...{ category: null, important: false, claimedStart: '2026-06-20T15:30:00', claimedFrom: 'file-name' },
          ...{
            startMs: 1_781_940_600_000,
            clockOffsetMs: -4000,
            createdAtMs: 1_781_942_400_000,
            claims: [],
            confidentiality: null,
            privacy: [],
          },
          originals: [
            {
              ...{
                id: 'org-01k0d5w7q3-hz01-1111111111',
                role: 'segment',
                index: 1,
                kind: 'video',
                bytes: 123_456,
                mtimeMs: 1_781_940_660_000,
              },
              key: '2026/06/20/rec-01k0d5w7q3-hz01-2222222222/original-0001.mp4',
            },
          ],
        },
      ],
      again: [],
    },
    personal: { paths: { 'org-01k0d5w7q3-hz01-1111111111': 'DCIM/20260620/DSJ_041234_0001.MP4' }, takes: {}, notes: {} },
  },
});

export const DockingCompared = defineEntry({
  type: 'docking.compared',
  about: ['docking'],
  tells: 'The card was listed to its end; by what evidence files of it were taken for known.',
  data: {
    recorder: id(),
    files: count(),
    whole: count('Read whole.'),
    sampled: count('By a full sample.'),
    blocks: count('Random blocks of a full sample.'),
    fewer: count('By a smaller sample.'),
    fewerBlocks: count(),
    unread: count('By name, size and time alone.'),
  },
  related: recorderOf,
  example: {
    subject: DOCKING,
    data: { recorder: RECORDER, files: 64, whole: 2, sampled: 60, blocks: 256, fewer: 2, fewerBlocks: 16, unread: 0 },
  },
});

export const DockingFoundDisposed = defineEntry({
  type: 'docking.found-disposed',
  about: ['docking'],
  tells: 'The card still holds files of recordings that were disposed of. They are not taken in again, unless a legal hold covers them.',
  data: {
    recorder: id(),
    files: count(),
    left: count('Read whole, with the sealed digest: they are what was disposed of, and stay on the card.'),
    held: count('Taken in as new recordings, because a legal hold covers them.'),
  },
  lists: { recordings: id('What was disposed of.') },
  related: ({ recorder }, { recordings }) => [subject('recorder', recorder), ...recordings.map((each) => subject('recording', each))],
  example: {
    subject: DOCKING,
    data: { recorder: RECORDER, files: 2, left: 2, held: 0 },
    lists: { recordings: ['rec-01k0d5w7q3-hz01-4f7t9n2c6k'] },
  },
});

export const DockingSafe = defineEntry({
  type: 'docking.safe',
  about: ['docking'],
  tells: 'Every file of the card was sealed, known or refused by name: the recorder may be taken.',
  data: { slot: slot(), files: count(), known: count(), refused: count(), bytes: bytes() },
  example: { subject: DOCKING, data: { slot: 3, files: 14, known: 2, refused: 0, bytes: 8_912_345_678 } },
});

export const DockingUnsafe = defineEntry({
  type: 'docking.unsafe',
  about: ['docking'],
  tells: '"Safe" was taken back: a known file holds other bytes than were sealed.',
  data: { slot: slot(), original: id(), as: id('Recording that it is taken in as.') },
  personal: { cardPath: words() },
  related: ({ original, as }) => [subject('original', original), subject('recording', as)],
  example: {
    subject: DOCKING,
    data: { slot: 3, original: 'org-01k0d5w7q3-hz01-1111111111', as: 'rec-01k0d5w7q3-hz01-2222222222' },
    personal: { cardPath: 'DCIM/20260620/DSJ_041234_0001.MP4' },
  },
});

export const DockingRemoved = defineEntry({
  type: 'docking.removed',
  about: ['docking'],
  tells: 'The recorder left, safe or not.',
  data: {
    slot: slot(),
    safe: flag(),
    filesLeft: count('Still on the recorder only.'),
    bytesLeft: bytes(),
    listingFinished: flag(),
    filesToRecheck: count(),
    filesRechecked: count(),
  },
  example: {
    subject: DOCKING,
    data: { slot: 3, safe: true, filesLeft: 0, bytesLeft: 0, listingFinished: true, filesToRecheck: 2, filesRechecked: 2 },
  },
});

export const DockingInterrupted = defineEntry({
  type: 'docking.interrupted',
  about: ['docking'],
  tells: 'The station had stopped while the recorder was docked, as its next start found.',
  data: { slot: slot(), recorder: id(), safe: flag('It had been safe before.') },
  related: recorderOf,
  example: { subject: DOCKING, data: { slot: 3, recorder: RECORDER, safe: false } },
});

export const FileRefused = defineEntry({
  type: 'file.refused',
  about: ['docking'],
  tells: 'An entry of the card was not taken.',
  data: { code: code('Of the table of errors.') },
  personal: { cardPath: words(), detail: why() },
  example: { subject: DOCKING, data: { code: 'recorder.not-regular' }, personal: { cardPath: 'DCIM/x', detail: because('is-link', {}) } },
});

export const DeviceRefused = defineEntry({
  type: 'device.refused',
  about: ['port'],
  tells: 'Something at a port was left alone.',
  data: { slot: slot(), port: id(), code: code('Of the table of errors.') },
  lists: { facts: why('What the bus told of it.') },
  example: {
    subject: subject('port', '1-4.2'),
    data: { slot: 3, port: '1-4.2', code: 'recorder.unknown' },
    lists: { facts: [because('usb-ids', { vendor: '046d', product: 'c31c' })] },
  },
});

export const SlotsChanged = defineEntry({
  type: 'slots.changed',
  about: ['port'],
  tells: 'A port was given the number of a slot, by a person or, at its first use, by the station.',
  data: {
    port: id(),
    slot: slot(),
    before: nullable(slot()),
    moved: nullable(Type.Object({ port: id(), slot: slot() }, { additionalProperties: false })),
  },
  related: ({ moved }) => (moved === null ? [] : [subject('port', moved.port)]),
  example: { subject: subject('port', '1-4.2'), data: { port: '1-4.2', slot: 3, before: 1, moved: { port: '1-4.1', slot: 1 } } },
});

export const DOCKING_ENTRIES = [
  DockingArrived,
  RecordingsListed,
  DockingCompared,
  DockingFoundDisposed,
  DockingSafe,
  DockingUnsafe,
  DockingRemoved,
  DockingInterrupted,
  FileRefused,
  DeviceRefused,
  SlotsChanged,
] as const;
