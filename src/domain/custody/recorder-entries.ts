import Type from 'typebox';
import { because } from '#domain/reason';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { bytes, code, count, flag, id, ms, sha256, wallClock, why, words } from './fields.ts';
import { subject } from './subject.ts';

const DOCKING = subject('docking', 'dck-01k0d5w7q3-hz01-8c3m2x9a1b');
const RECORDER = 'DSJ0000041';
const known = ({ recorder }: { readonly recorder: string | null }) => (recorder === null ? [] : [subject('recorder', recorder)]);

export const RecorderUnlocked = defineEntry({
  type: 'recorder.unlocked',
  about: ['docking'],
  tells: 'A recorder that asks for a password was unlocked with the configured one.',
  data: { recorder: id(), vendorId: nullable(id()), productId: nullable(id()) },
  related: known,
  example: { subject: DOCKING, data: { recorder: RECORDER, vendorId: '2a01', productId: '1b02' } },
});

/** Subjects of entries about a clock. A recorder whose card cannot be read yet is named by the serial that it tells, or else by its port. */
const CLOCK_ABOUT = ['docking', 'recorder', 'port'] as const;
const CLOCK = {
  recorder: nullable(id()),
  how: Type.Union([Type.Literal('command'), Type.Literal('file')]),
  offsetMs: ms('Station clock minus recorder clock before, ms.'),
  from: wallClock(),
  to: wallClock(),
  port: Type.Optional(id()),
  setAtMs: Type.Optional(ms('By the clock of the station, ms since 1970.')),
  told: Type.Optional(nullable(id('Serial that it told before it was docked.'))),
};
const CLOCK_EXAMPLE = {
  recorder: RECORDER,
  how: 'command' as const,
  offsetMs: 312_000,
  from: '2026-06-20T15:24:48',
  to: '2026-06-20T15:30:00',
  port: '1-4.2',
  setAtMs: 1_781_940_600_000,
};
const WHY = { why: why('What kept it from being set, or from being known.') };

export const ClockSettingBegun = defineEntry({
  type: 'recorder.clock-setting',
  about: CLOCK_ABOUT,
  tells: 'The clock of a recorder is about to be set.',
  data: CLOCK,
  related: known,
  example: { subject: subject('recorder', RECORDER), data: CLOCK_EXAMPLE },
});

export const ClockSet = defineEntry({
  type: 'recorder.clock-set',
  about: CLOCK_ABOUT,
  tells: 'The clock of a recorder was set.',
  data: CLOCK,
  related: known,
  example: { subject: subject('recorder', RECORDER), data: CLOCK_EXAMPLE },
});

export const ClockNotSet = defineEntry({
  type: 'recorder.clock-not-set',
  about: CLOCK_ABOUT,
  tells: 'The clock of a recorder was not set, and shows what it showed.',
  data: CLOCK,
  personal: WHY,
  related: known,
  example: { subject: subject('recorder', RECORDER), data: CLOCK_EXAMPLE, personal: { why: because('stall-send', {}) } },
});

export const ClockUnsure = defineEntry({
  type: 'recorder.clock-unsure',
  about: CLOCK_ABOUT,
  tells: 'The clock of a recorder may have been set; nothing told.',
  data: CLOCK,
  personal: WHY,
  related: known,
  example: { subject: subject('recorder', RECORDER), data: CLOCK_EXAMPLE, personal: { why: because('left-early', {}) } },
});

export const ClockDoubted = defineEntry({
  type: 'recorder.clock-doubted',
  about: ['docking'],
  tells: 'A file claims a time that has not come.',
  data: { recorder: id(), recording: id(), aheadAtLeastMs: ms() },
  related: ({ recorder, recording }) => [subject('recorder', recorder), subject('recording', recording)],
  example: { subject: DOCKING, data: { recorder: RECORDER, recording: 'rec-01k0d5w7q3-hz01-2222222222', aheadAtLeastMs: 5_412_000 } },
});

export const WipeBegun = defineEntry({
  type: 'wipe.begun',
  about: ['docking'],
  tells: 'Sealed files are about to be removed from a recorder: what is missing on it after this was removed by the station.',
  data: { recorder: id(), policy: code(), files: count() },
  lists: { originals: id() },
  related: known,
  example: {
    subject: DOCKING,
    data: { recorder: RECORDER, policy: 'after-archived', files: 1 },
    lists: { originals: ['org-01k0d5w7q3-hz01-1111111111'] },
  },
});

export const WipeFinished = defineEntry({
  type: 'wipe.finished',
  about: ['docking'],
  tells: 'The removal has ended, and the recorder is read-only again.',
  data: { recorder: id(), files: count(), bytes: bytes(), kept: count('Changed or unreadable, and left there.') },
  related: known,
  example: { subject: DOCKING, data: { recorder: RECORDER, files: 14, bytes: 8_912_345_678, kept: 0 } },
});

export const OriginalWiped = defineEntry({
  type: 'original.wiped',
  about: ['original'],
  tells: 'A sealed file was removed from the recorder.',
  data: { recording: id(), docking: id(), bytes: bytes(), sha256: sha256() },
  personal: { cardPath: words() },
  related: ({ recording }) => [subject('recording', recording)],
  example: {
    subject: subject('original', 'org-01k0d5w7q3-hz01-1111111111'),
    data: { recording: 'rec-01k0d5w7q3-hz01-2222222222', docking: DOCKING.id, bytes: 123_456, sha256: 'ab'.repeat(32) },
    personal: { cardPath: 'DCIM/20260620/DSJ_041234_0001.MP4' },
  },
});

export const RecorderChanged = defineEntry({
  type: 'recorder.changed',
  about: ['recorder'],
  tells: 'A recorder was put into the registry, or assigned to an officer.',
  data: {
    newRecorder: Type.Optional(flag('It was not in the registry before.')),
    model: Type.Optional(changed(nullable(id()))),
    officer: Type.Optional(changed(nullable(id()))),
  },
  related: ({ officer }) => [officer?.old, officer?.new].filter((each) => typeof each === 'string').map((each) => subject('officer', each)),
  example: { subject: subject('recorder', RECORDER), data: { officer: { old: null, new: '041234' } } },
});

export const RECORDER_ENTRIES = [
  RecorderUnlocked,
  ClockSettingBegun,
  ClockSet,
  ClockNotSet,
  ClockUnsure,
  ClockDoubted,
  WipeBegun,
  WipeFinished,
  OriginalWiped,
  RecorderChanged,
] as const;
