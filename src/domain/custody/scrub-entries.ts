import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { code, count, id, key, sha256, why } from './fields.ts';
import { subject } from './subject.ts';

const RECORDING = 'rec-01k0d5w7q3-hz01-2222222222';
const ORIGINAL = 'org-01k0d5w7q3-hz01-1111111111';
const ABOUT = subject('recording', RECORDING);
const STATION = subject('station', 'hz01');
const KEY = `recordings/${RECORDING}/001.mp4`;
const originalOf = ({ item }: { readonly item: string }) => [subject('original', item)];
const place = () => id('`vault`, or the name of the archive.');
const FILE = { item: id('Id of the original.'), place: place(), key: key() };
const EXAMPLE = { item: ORIGINAL, place: 'vault', key: KEY };

export const CopyCorrupt = defineEntry({
  type: 'copy.corrupt',
  about: ['recording'],
  tells: 'A copy of a sealed original is not what was sealed, or is gone; two readings have shown it.',
  data: { ...FILE, version: nullable(id('Of an archive: the version that was read.')), expected: sha256() },
  personal: { found: why() },
  related: originalOf,
  example: {
    subject: ABOUT,
    data: { ...EXAMPLE, version: null, expected: 'ab'.repeat(32) },
    personal: { found: because('digest-sealed', { found: 'cd'.repeat(32), sha256: 'ab'.repeat(32) }) },
  },
});

export const CopyHealed = defineEntry({
  type: 'copy.healed',
  about: ['recording'],
  tells: 'A place where a copy was bad holds the sealed bytes of the original again: they were stored anew, or found there, and read back.',
  data: {
    ...FILE,
    from: nullable(id('The place whose copy was good; null: the bytes were found there, and no record says who put them back.')),
  },
  related: originalOf,
  example: { subject: ABOUT, data: { ...EXAMPLE, from: 's3' } },
});

export const NoGoodCopy = defineEntry({
  type: 'copy.none-good',
  about: ['recording'],
  tells: 'No place holds what was sealed of an original. What is left of it stays where it is.',
  data: FILE,
  related: originalOf,
  example: { subject: ABOUT, data: EXAMPLE },
});

export const ScrubHalted = defineEntry({
  type: 'scrub.halted',
  about: ['station'],
  tells: 'So many copies of one place were found bad in a day that nothing is healed there until a person confirms.',
  data: { place: place(), faults: count('How many in the last 24 hours.'), limit: count('How many may be (scrub.faultsMax).') },
  example: { subject: STATION, data: { place: 'vault', faults: 4, limit: 3 } },
});

export const ScrubOrdered = defineEntry({
  type: 'scrub.ordered',
  about: ['station'],
  tells: 'A person paused or resumed the reading of a place, had it done at once, or confirmed that healing may go on.',
  data: { place: place(), order: code('`pause`, `resume`, `run` or `confirm`.') },
  example: { subject: STATION, data: { place: 'vault', order: 'confirm' } },
});

export const SCRUB_ENTRIES = [CopyCorrupt, CopyHealed, NoGoodCopy, ScrubHalted, ScrubOrdered] as const;
