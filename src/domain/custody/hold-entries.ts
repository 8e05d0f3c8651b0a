import Type from 'typebox';
import type { HoldFinding } from '#domain/hold/completeness';
import { defineEntry, nullable } from './define-entry.ts';
import { closed, code, count, flag, id, time, words } from './fields.ts';
import { subject } from './subject.ts';

const HOLD = subject('hold', 'lgh-01k0d5w7q3-hz01-9999999999');
const RECORDING = 'rec-01k0d5w7q3-hz01-2222222222';
const AUTHOR = 'usr-01k0d5w7q3-hz01-1111111111';
const RELEASER = 'usr-01k0d5w7q3-hz01-2222222222';

/** Recordings whose history one entry joins; more are told by further entries. An entry with so many stays below its largest size. */
export const HELD_PER_ENTRY = 500;

const scope = () =>
  Type.Object(
    {
      ...{ case: nullable(id('Number of the case.')), officer: nullable(id('Number of the officer.')), recorder: nullable(id()) },
      ...{ unit: nullable(id('Id of the unit; those below it are meant too.')), from: nullable(time()), to: nullable(time()) },
    },
    {
      additionalProperties: false,
      description: 'What is to be kept: whatever meets each field that is not null, and the list of recordings if there is one.',
    },
  );

const recordings = () => id('Ids of recordings.');
const others = (told: {
  readonly case: string | null;
  readonly officer: string | null;
  readonly recorder: string | null;
  readonly unit: string | null;
}) => [
  ...(told.case === null ? [] : [subject('case', told.case)]),
  ...(told.officer === null ? [] : [subject('officer', told.officer)]),
  ...(told.recorder === null ? [] : [subject('recorder', told.recorder)]),
  ...(told.unit === null ? [] : [subject('unit', told.unit)]),
];
const SCOPE = {
  case: null,
  officer: '041234',
  recorder: null,
  unit: null,
  from: '2026-06-20T00:00:00.000Z',
  to: '2026-06-21T00:00:00.000Z',
};

export const HoldSet = defineEntry({
  type: 'hold.set',
  about: ['hold'],
  tells: 'Somebody set a legal hold: from then on nothing that it is for may be deleted.',
  data: { scope: scope(), author: id('Who set it.'), review: Type.String({ maxLength: 40, description: 'When it is to be reviewed.' }) },
  lists: { recordings: recordings(), units: id('Ids of its unit and all units below it then.') },
  personal: { reason: words() },
  related: ({ scope: told, author }) => [...others(told), subject('user', author)],
  example: {
    subject: HOLD,
    data: { scope: SCOPE, author: AUTHOR, review: '2026-12-20T00:00:00.000Z' },
    lists: { recordings: [], units: [] },
    personal: { reason: 'Letter of the court of 20 June.' },
  },
});

export const HoldReached = defineEntry({
  type: 'hold.reached',
  about: ['hold'],
  tells:
    'A hold reached recordings: those that were there when it was set, or what came or came to match since. They stay held until it is released.',
  data: { later: flag('They came, or came to match, after the hold was set.') },
  lists: { recordings: recordings() },
  related: (_, lists) => lists.recordings.map((each) => subject('recording', each)),
  example: { subject: HOLD, data: { later: false }, lists: { recordings: [RECORDING] } },
});

export const HoldWidened = defineEntry({
  type: 'hold.widened',
  about: ['hold'],
  tells: 'Units came below the unit of a hold, which is for them too from then on.',
  data: { unit: id('Id of the unit that came.') },
  lists: { units: id('Ids of it and all units below it.') },
  related: ({ unit }) => [subject('unit', unit)],
  example: { subject: HOLD, data: { unit: 'unt-01k0d5w7q3-hz01-3333333333' }, lists: { units: ['unt-01k0d5w7q3-hz01-3333333333'] } },
});

export const HoldReleased = defineEntry({
  type: 'hold.released',
  about: ['hold'],
  tells: 'Somebody other than its author released a hold. Nothing is deleted by this: what it had kept goes the way of its term.',
  data: { author: id('Who had set it.'), by: id('Who released it.') },
  personal: { reason: words() },
  related: ({ author, by }) => [subject('user', author), subject('user', by)],
  example: { subject: HOLD, data: { author: AUTHOR, by: RELEASER }, personal: { reason: 'Judgment of 3 March is final.' } },
});

export const HoldMirrored = defineEntry({
  type: 'hold.mirrored',
  about: ['station'],
  tells: 'The holds of recordings were set or taken away in the storage, object by object, and read back.',
  data: {
    held: flag('True: the storage refuses to delete their objects from then on; false: the last hold over them is gone.'),
    archive: code('Name of the archive.'),
  },
  lists: { recordings: closed({ recording: id(), objects: count('How many objects were read back.') }) },
  related: (_, lists) => lists.recordings.map(({ recording }) => subject('recording', recording)),
  example: {
    subject: subject('station', 'hz01'),
    data: { held: true, archive: 's3' },
    lists: { recordings: [{ recording: RECORDING, objects: 3 }] },
  },
});

export const HoldChecked = defineEntry({
  type: 'hold.checked',
  about: ['hold'],
  tells: 'Whether the footage under a hold is complete was checked: what is missing, damaged, or not in the archive.',
  data: {
    recordings: count('How many recordings were looked at.'),
    found: Type.Array(closed({ code: code(), count: count() }), { maxItems: 50, description: 'How much of each kind was found.' }),
  },
  personal: {
    findings: Type.Array(
      closed({ code: code(), recording: nullable(id()), parameters: Type.Unsafe<HoldFinding['parameters']>(Type.Object({})) }),
      { description: 'What was found, at most 100 of each kind.' },
    ),
  },
  example: {
    subject: HOLD,
    data: { recordings: 12, found: [{ code: 'numbers-missing', count: 1 }] },
    personal: {
      findings: [
        { code: 'numbers-missing', recording: RECORDING, parameters: { recorder: 'DSJ0012345', first: '0005', last: '0006', count: 2 } },
      ],
    },
  },
});

export const HOLD_ENTRIES = [HoldSet, HoldReached, HoldWidened, HoldReleased, HoldMirrored, HoldChecked] as const;
