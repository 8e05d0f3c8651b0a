import Type from 'typebox';
import { defineEntry, nullable } from './define-entry.ts';
import { closed, code, count, flag, id, ms, sha256, time, words } from './fields.ts';
import { subject } from './subject.ts';

const SCHEDULE = subject('schedule', '7');
const RECORDING = subject('recording', 'rec-01jy8p3m00-st01-0123456789');
const AGAINST = 'The version that was in force; null: there was none.';
const turn = () => count('Number of this change of what counts, from 1. Terms that were counted before it are stale.');
const CORRECTION = 'Number of the correction.';

const until = () =>
  closed({
    kind: code('`instant`; `permanent`; `waiting`: for something that has not happened.'),
    ms: Type.Optional(ms('The first moment after it, ms since 1970 UTC.')),
    for: Type.Optional(code('What it waits for.')),
  });

const basis = () =>
  closed({
    version: count('The schedule under which it counted.'),
    kind: code(),
    category: nullable(code()),
    important: flag(),
    units: Type.Array(id()),
    level: nullable(code()),
    foundInBin: flag(),
    damaged: flag(),
    cases: Type.Array(closed({ number: id(), category: nullable(code()), stage: nullable(code()) })),
  });

const term = () =>
  closed({
    recording: id(),
    version: count('The schedule whose rules won.'),
    earned: until(),
    floor: nullable(until()),
    maximum: nullable(until()),
    action: code(),
    lock: closed({ mode: code(), hold: flag(), horizonDays: count() }),
    winner: code('Id of the rule that won.'),
    conflict: flag('A minimum is later than the maximum.'),
    bases: Type.Array(basis()),
    corrections: count('How often two persons have corrected it.'),
  });

export const RetentionProposed = defineEntry({
  type: 'retention.proposed',
  about: ['schedule'],
  tells: 'Somebody proposed a version of the schedule that says how long recordings are kept.',
  data: { sha256: sha256(), person: id('The account behind it, also where a token of theirs sent it.') },
  lists: { text: words('A line of the file.') },
  example: {
    subject: SCHEDULE,
    data: { sha256: 'ab'.repeat(32), person: 'usr-01jy8p3m00-st01-0123456789' },
    lists: { text: ['title:', '  en: Ours'] },
  },
});

export const RetentionDryRun = defineEntry({
  type: 'retention.dry-run',
  about: ['schedule'],
  tells: 'A proposed schedule was tried on all recordings; nothing was changed by it.',
  data: {
    digest: sha256(),
    against: nullable(count(AGAINST)),
    recordings: count('Recordings that were evaluated.'),
    longer: count('How many are kept longer under it.'),
    notKept: count('How many rules of today ask to keep, and the new schedule asks it no more. What was earned stays.'),
    disposable: count('How many can be disposed of on the day on which it comes into force.'),
  },
  example: {
    subject: SCHEDULE,
    data: { digest: 'cd'.repeat(32), against: 5, recordings: 20_000, longer: 120, notKept: 3, disposable: 800 },
  },
});

export const RetentionAdopted = defineEntry({
  type: 'retention.adopted',
  about: ['schedule'],
  tells:
    'A second person adopted a schedule, naming the digest of its dry run. Its waiting period begins: it lengthens terms from now on, and shortens none before it is in force.',
  data: { sha256: sha256(), digest: sha256(), against: nullable(count(AGAINST)), inForceAt: time(), turn: turn() },
  example: {
    subject: SCHEDULE,
    data: { sha256: 'ab'.repeat(32), digest: 'cd'.repeat(32), against: 5, inForceAt: '2026-07-04T00:00:00.000Z', turn: 3 },
  },
});

export const RetentionInForce = defineEntry({
  type: 'retention.in-force',
  about: ['schedule'],
  tells: 'The waiting period of a schedule is over: from now on it counts, and the one before it only for what was earned under it.',
  data: { against: nullable(count(AGAINST)), turn: turn() },
  example: { subject: SCHEDULE, data: { against: 5, turn: 4 } },
});

export const RetentionRefused = defineEntry({
  type: 'retention.refused',
  about: ['schedule'],
  tells: 'Somebody decided against a proposed schedule.',
  personal: { reason: nullable(words('null: none was given.')) },
  example: { subject: SCHEDULE, personal: { reason: 'Counter video is case evidence here.' } },
});

export const RetentionWithdrawn = defineEntry({
  type: 'retention.withdrawn',
  about: ['schedule'],
  tells: 'A schedule was taken back before it was in force.',
  data: { turn: nullable(turn()) },
  personal: { reason: nullable(words('null: none was given.')) },
  example: { subject: SCHEDULE, data: { turn: null }, personal: { reason: null } },
});

export const TermsCounted = defineEntry({
  type: 'retention.counted',
  about: ['station'],
  tells: 'Facts, cases or the schedule changed, and so did the terms of these recordings.',
  data: { turn: turn() },
  lists: { terms: term() },
  related: (_, { terms }) => terms.map(({ recording }) => subject('recording', recording)),
  example: {
    subject: subject('station', 'st01'),
    data: { turn: 4 },
    lists: {
      terms: [
        {
          ...{
            recording: RECORDING.id,
            version: 7,
            earned: { kind: 'instant', ms: 1_797_000_000_000 },
            floor: { kind: 'instant', ms: 1_797_000_000_000 },
          },
          ...{ maximum: null, action: 'propose', lock: { mode: 'governance', hold: false, horizonDays: 365 }, winner: 'six-months' },
          ...{ conflict: false, bases: [], corrections: 0 },
        },
      ],
    },
  },
});

export const CorrectionProposed = defineEntry({
  type: 'retention.correction-proposed',
  about: ['recording'],
  tells: 'Somebody says that a recording earned its term by an error.',
  data: { correction: count(CORRECTION), person: id('The account behind it.') },
  personal: { reason: words() },
  example: {
    subject: RECORDING,
    data: { correction: 2, person: 'usr-01jy8p3m00-st01-0123456789' },
    personal: { reason: 'Tagged with the case of another day.' },
  },
});

export const CorrectionApproved = defineEntry({
  type: 'retention.corrected',
  about: ['recording'],
  tells:
    'A second person agreed: the recording keeps what it earns by its facts of today, and nothing by those of before. The entry of its new term follows.',
  data: { correction: count(CORRECTION) },
  example: { subject: RECORDING, data: { correction: 2 } },
});

export const CorrectionRefused = defineEntry({
  type: 'retention.correction-refused',
  about: ['recording'],
  tells: 'Somebody decided against the correction of a term.',
  data: { correction: count(CORRECTION) },
  example: { subject: RECORDING, data: { correction: 2 } },
});

export const RETENTION_ENTRIES = [
  ...[RetentionProposed, RetentionDryRun, RetentionAdopted, RetentionInForce, RetentionRefused, RetentionWithdrawn],
  ...[TermsCounted, CorrectionProposed, CorrectionApproved, CorrectionRefused],
] as const;
