import Type from 'typebox';
import { defineEntry } from './define-entry.ts';
import { code, count, id, sha256, words } from './fields.ts';
import { subject } from './subject.ts';

const SAMPLE = subject('sample', 'smp-01k0d5w7q3-hz01-8888888888');
const LOOK = 'lok-01k0d5w7q3-hz01-7777777777';

export const SampleDrawn = defineEntry({
  type: 'sample.drawn',
  about: ['sample'],
  tells:
    'A random sample of the looks of a month is drawn for a person to review. Who has the log can draw it again: of all looks of the month up to `head`, those with the smallest SHA-256 of seed, space and id of the look.',
  data: {
    month: Type.String({ maxLength: 7, description: "Month in the station's zone: `2026-06`." }),
    seed: Type.Unsafe<string>({ ...sha256(), description: 'Hash of the newest entry of the log at that moment.' }),
    head: count('Number of that entry.'),
    population: count('How many looks the month has.'),
    size: count('How many of them were drawn.'),
  },
  lists: { looks: id('Id of each look.') },
  example: {
    subject: SAMPLE,
    data: { month: '2026-06', seed: 'ab'.repeat(32), head: 4711, population: 248, size: 1 },
    lists: { looks: [LOOK] },
  },
});

export const SampleReviewed = defineEntry({
  type: 'sample.reviewed',
  about: ['sample'],
  tells: 'A person reviewed one look of a sample. Nobody reviews an own look.',
  data: {
    sample: id('Id of the sample.'),
    look: id('Id of the look.'),
    verdict: code('`fine`, `question`: it is to be asked about, `breach`: it was against the rules.'),
  },
  personal: { words: words('What was found.') },
  example: { subject: SAMPLE, data: { sample: SAMPLE.id, look: LOOK, verdict: 'question' }, personal: { words: 'No case names him.' } },
});

export const SAMPLE_ENTRIES = [SampleDrawn, SampleReviewed] as const;
