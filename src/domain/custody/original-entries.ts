import Type from 'typebox';
import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { damageNow } from './described.ts';
import { bytes, closed, code, count, flag, id, key, ms, sha256, sm3, time, why, words } from './fields.ts';
import { subject } from './subject.ts';

const ORIGINAL = subject('original', 'org-01k0d5w7q3-hz01-1111111111');
const RECORDING = 'rec-01k0d5w7q3-hz01-2222222222';
const DOCKING = 'dck-01k0d5w7q3-hz01-8c3m2x9a1b';
const PATH = 'DCIM/20260620/DSJ_041234_0001.MP4';
const recordingOf = ({ recording }: { readonly recording: string }) => [subject('recording', recording)];

export const OriginalGrown = defineEntry({
  type: 'original.grown',
  about: ['original'],
  tells: 'A listed file grew before it was copied.',
  data: { docking: id(), listedBytes: bytes(), bytes: bytes(), mtimeMs: ms() },
  personal: { cardPath: words() },
  example: {
    subject: ORIGINAL,
    data: { docking: DOCKING, listedBytes: 1000, bytes: 2000, mtimeMs: 1_781_940_660_000 },
    personal: { cardPath: PATH },
  },
});

export const OriginalCopied = defineEntry({
  type: 'original.copied',
  about: ['original'],
  tells: 'A file stands in the vault as it was read from the recorder.',
  data: {
    recording: id(),
    docking: id(),
    bytes: bytes(),
    sha256: sha256(),
    sm3: sm3(),
    sourceReread: nullable(code('How it was read from the recorder a second time; null: it was read once.')),
    duplicateOf: nullable(id()),
  },
  lists: { gaps: closed({ start: count(), end: count() }) },
  // `damage` is told only where it has changed.
  personal: { cardPath: words(), damage: damageNow() },
  related: recordingOf,
  example: {
    subject: ORIGINAL,
    data: {
      recording: RECORDING,
      docking: DOCKING,
      bytes: 123_456,
      sha256: 'ab'.repeat(32),
      sm3: null,
      sourceReread: null,
      duplicateOf: null,
    },
    lists: { gaps: [{ start: 4096, end: 8192 }] },
    personal: { cardPath: PATH },
  },
});

export const OriginalSealed = defineEntry({
  type: 'original.sealed',
  about: ['original'],
  tells: 'A copy was read back from the disk and has the digest that was computed while it was read from the recorder.',
  data: {
    recording: id(),
    key: key(),
    bytes: bytes(),
    sha256: sha256(),
    sm3: sm3(),
    manifestSha256: sha256(),
    reread: code('`direct`: past the page cache; `nocache`, `cached`: weaker.'),
    blocksSha256: Type.Optional(nullable(sha256())),
  },
  related: recordingOf,
  example: {
    subject: ORIGINAL,
    data: {
      ...{ recording: RECORDING, key: `recordings/${RECORDING}/001.mp4`, bytes: 123_456, sha256: 'ab'.repeat(32), sm3: null },
      ...{ manifestSha256: 'cd'.repeat(32), reread: 'direct' },
    },
  },
});

export const OriginalRechecked = defineEntry({
  type: 'original.rechecked',
  about: ['docking'],
  tells: 'Known files on a card were read whole, and have the sealed digests.',
  data: { recorder: id(), verdict: Type.Literal('same'), files: count(), bytes: bytes() },
  lists: { originals: id() },
  related: ({ recorder }) => [subject('recorder', recorder)],
  example: {
    subject: subject('docking', DOCKING),
    data: { recorder: 'DSJ0000041', verdict: 'same', files: 1, bytes: 123_456 },
    lists: { originals: [ORIGINAL.id] },
  },
});

export const OriginalDiffers = defineEntry({
  type: 'original.differs',
  about: ['original'],
  tells: 'The file of the same name, size and time on the recorder holds other bytes than were sealed.',
  data: { recording: id(), docking: id(), sha256: sha256(), sealed: sha256(), as: id('Recording that it is taken in as.') },
  personal: { cardPath: words() },
  related: ({ recording, as }) => [subject('recording', recording), subject('recording', as)],
  example: {
    subject: ORIGINAL,
    data: {
      recording: RECORDING,
      docking: DOCKING,
      sha256: 'ab'.repeat(32),
      sealed: 'cd'.repeat(32),
      as: 'rec-01k0d5w7q3-hz01-3333333333',
    },
    personal: { cardPath: PATH },
  },
});

export const OriginalEvicted = defineEntry({
  type: 'original.evicted',
  about: ['original'],
  tells: 'The vault gives up its copy, because the archive has verified ones and the room is needed. Nothing is disposed of.',
  data: {
    recording: id(),
    key: key(),
    bytes: bytes(),
    sha256: sha256(),
    why: code(
      '`space`: above the high-water mark; `intake`: what is being taken in, or fetched back, needs the room; `asked`: a person asked for it.',
    ),
    neededAt: time(),
  },
  lists: { copies: closed({ archive: id(), key: key(), verifiedAt: time(), verifiedBy: code() }) },
  related: recordingOf,
  example: {
    subject: ORIGINAL,
    data: {
      ...{ recording: RECORDING, key: `recordings/${RECORDING}/001.mp4`, bytes: 123_456, sha256: 'ab'.repeat(32) },
      ...{ why: 'space', neededAt: '2026-06-20T08:00:00.000Z' },
    },
    lists: {
      copies: [{ archive: 's3', key: `recordings/${RECORDING}/001.mp4`, verifiedAt: '2026-06-21T08:00:00.000Z', verifiedBy: 'readback' }],
    },
  },
});

export const OriginalFetched = defineEntry({
  type: 'original.fetched',
  about: ['original'],
  tells: 'The vault holds an evicted original again: it was read from the archive, has the sealed digest, and was read back from the disk.',
  data: {
    recording: id(),
    key: key(),
    bytes: bytes(),
    sha256: sha256(),
    archive: id(),
    reread: code('`direct`: past the page cache; `nocache`, `cached`: weaker.'),
    blocksSha256: Type.Optional(nullable(sha256())),
  },
  related: recordingOf,
  example: {
    subject: ORIGINAL,
    data: {
      ...{ recording: RECORDING, key: `recordings/${RECORDING}/001.mp4`, bytes: 123_456, sha256: 'ab'.repeat(32) },
      ...{ archive: 's3', reread: 'direct' },
    },
  },
});

export const FileQuarantined = defineEntry({
  type: 'file.quarantined',
  about: ['recording'],
  tells: 'A file of the vault is about to be set aside, because it is not what its key promises; nothing is ever deleted there.',
  data: {
    original: id(),
    key: key(),
    why: code(
      '`left-behind`: a killed run left other bytes under the key; `differs`: it read back otherwise; `given-up`: what the key was for never came.',
    ),
  },
  related: ({ original }) => [subject('original', original)],
  example: {
    subject: subject('recording', RECORDING),
    data: { original: ORIGINAL.id, key: `recordings/${RECORDING}/001.mp4`, why: 'left-behind' },
  },
});

export const FixityChecked = defineEntry({
  type: 'fixity.checked',
  about: ['recording', 'station'],
  tells: 'Files were read again by `verify` or by the scrub, at most 1,000 an entry, each with its verdict.',
  data: {
    place: code('`vault`, or `archive`.'),
    files: count(),
    differ: count('Of those, not what was sealed.'),
    unread: count('Of those, not to be read: nobody knows what they hold.'),
  },
  lists: { items: closed({ key: key(), same: nullable(flag()) }) },
  example: {
    subject: subject('station', 'hz01'),
    data: { place: 'vault', files: 1, differ: 0, unread: 0 },
    lists: { items: [{ key: `recordings/${RECORDING}/001.mp4`, same: true }] },
  },
});

export const CopyFailedVerification = defineEntry({
  type: 'copy.failed-verification',
  about: ['recording'],
  tells: 'A copy in vault or archive was read back, and is not what it should be.',
  data: { where: id('`vault`, or the name of the archive.'), item: id(), key: key(), expected: sha256() },
  personal: { found: why() },
  related: ({ item }) => (item.startsWith('org-') ? [subject('original', item)] : []),
  example: {
    subject: subject('recording', RECORDING),
    data: { where: 'vault', item: ORIGINAL.id, key: `recordings/${RECORDING}/001.mp4`, expected: 'ab'.repeat(32) },
    personal: {
      found: because('digest-instead', { found: 'cd'.repeat(32), sha256: 'ab'.repeat(32), key: `recordings/${RECORDING}/001.mp4` }),
    },
  },
});

export const CopyWithdrawn = defineEntry({
  type: 'copy.withdrawn',
  about: ['recording'],
  tells: 'Copies in the archive are missing or changed: they count no more, and are made again.',
  data: { archive: id() },
  lists: { objects: closed({ item: id(), key: key(), what: why() }) },
  example: {
    subject: subject('recording', RECORDING),
    data: { archive: 's3' },
    lists: { objects: [{ item: ORIGINAL.id, key: `recordings/${RECORDING}/001.mp4`, what: because('no-copy', {}) }] },
  },
});

export const CopyChecked = defineEntry({
  type: 'copy.checked',
  about: ['recording'],
  tells: 'A copy in the archive was read back once more, and has the digest on record. What it is a copy of may leave the vault.',
  data: { archive: id(), item: id(), key: key(), verifiedBy: code('`readback`: every byte.') },
  related: ({ item }) => (item.startsWith('org-') ? [subject('original', item)] : []),
  example: {
    subject: subject('recording', RECORDING),
    data: { archive: 's3', item: ORIGINAL.id, key: `recordings/${RECORDING}/001.mp4`, verifiedBy: 'readback' },
  },
});

export const ORIGINAL_ENTRIES = [
  OriginalGrown,
  OriginalCopied,
  OriginalSealed,
  OriginalRechecked,
  OriginalDiffers,
  OriginalEvicted,
  OriginalFetched,
  FileQuarantined,
  FixityChecked,
  CopyFailedVerification,
  CopyWithdrawn,
  CopyChecked,
] as const;
