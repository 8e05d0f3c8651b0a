import Type from 'typebox';
import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { bytes, closed, code, count, id, key, ms, sha256, time, why } from './fields.ts';
import { subject } from './subject.ts';

const RECORDING = 'rec-01k0d5w7q3-hz01-2222222222';
const ORIGINAL = 'org-01k0d5w7q3-hz01-1111111111';
const WHY = code('`eviction`: the vault needs room, and the archive has it; `disposal`: its term is over.');
const FILE = {
  item: id('Original, derivative, or `facts`; of a manifest its original.'),
  what: code('`original`, `manifest`, `derivative` or `facts`.'),
  place: id('`vault`, or the name of the archive.'),
  key: key(),
  version: Type.Union([id(), Type.Null()], { description: 'Of an archive: the one version that goes; null: all of them.' }),
  why: WHY,
  disposal: Type.Union([id(), Type.Null()], { description: 'Id of the list for disposal; null: it is no disposal.' }),
};
const EXAMPLE = {
  ...{ item: ORIGINAL, what: 'original', place: 'vault', key: `recordings/${RECORDING}/001.mp4`, version: null },
  ...{ why: 'eviction', disposal: null },
};
const originalOf = ({ item }: { readonly item: string }) => (item.startsWith('org-') ? [subject('original', item)] : []);

export const CopyDestroying = defineEntry({
  type: 'copy.destroying',
  about: ['recording'],
  tells: 'A file is about to be destroyed in one place. What follows tells whether it is gone.',
  data: { ...FILE, bytes: nullable(bytes()), sha256: nullable(sha256()) },
  lists: { instead: closed({ place: id(), key: key(), at: ms('When it was last found right, ms since 1970.') }) },
  related: originalOf,
  example: {
    subject: subject('recording', RECORDING),
    data: { ...EXAMPLE, bytes: 123_456, sha256: 'ab'.repeat(32) },
    lists: { instead: [{ place: 's3', key: `recordings/${RECORDING}/001.mp4`, at: 1_781_940_660_000 }] },
  },
});

export const CopyDestroyed = defineEntry({
  type: 'copy.destroyed',
  about: ['recording'],
  tells: 'A file was destroyed in one place, and the place lists it no more.',
  data: { ...FILE, removed: count('Names, versions, delete markers and unfinished parts that were removed.') },
  related: originalOf,
  example: { subject: subject('recording', RECORDING), data: { ...EXAMPLE, removed: 1 } },
});

export const CopySpared = defineEntry({
  type: 'copy.spared',
  about: ['recording'],
  tells: 'A file that was about to be destroyed stays, because what allowed it is no longer so.',
  data: FILE,
  personal: { reason: why() },
  related: originalOf,
  example: {
    subject: subject('recording', RECORDING),
    data: EXAMPLE,
    personal: { reason: because('disposal-held', { recording: RECORDING }) },
  },
});

const PLAYABLE = `recordings/${RECORDING}/derived/2/playable.mp4`;

export const PlayableEvicted = defineEntry({
  type: 'playable.evicted',
  about: ['recording'],
  tells:
    'The vault gives up the playable copy of the recording, because the archive has verified ones, the room is needed, and no original is left that could go. It plays from there.',
  data: {
    derivative: id('Id of the playable copy.'),
    key: key(),
    bytes: bytes(),
    sha256: sha256(),
    why: code('`space`: above the high-water mark; `intake`: what is being taken in, or fetched back, needs the room.'),
    neededAt: time(),
  },
  lists: { copies: closed({ archive: id(), key: key(), verifiedAt: time(), verifiedBy: code() }) },
  example: {
    subject: subject('recording', RECORDING),
    data: {
      ...{ derivative: 'drv-01k0d5w7q3-hz01-3333333333', key: PLAYABLE, bytes: 123_456, sha256: 'ab'.repeat(32) },
      ...{ why: 'space', neededAt: '2026-06-20T08:00:00.000Z' },
    },
    lists: { copies: [{ archive: 's3', key: PLAYABLE, verifiedAt: '2026-06-21T08:00:00.000Z', verifiedBy: 'readback' }] },
  },
});

export const DESTRUCTION_ENTRIES = [CopyDestroying, CopyDestroyed, CopySpared, PlayableEvicted] as const;
