import Type from 'typebox';
import { because, together } from '#domain/reason';
import { CASES_OF_RECORDING_MAX } from '#domain/registry';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { damageNow, describedRecording, note, startClaim } from './described.ts';
import { bytes, closed, code, count, flag, id, key, ms, sha256, time, wallClock, why, words } from './fields.ts';
import { LOOK_EXAMPLE, lookSubjects, lookTold, VIEWER_EXAMPLE, viewerWords } from './looked.ts';
import { subject } from './subject.ts';

const RECORDING = subject('recording', 'rec-01k0d5w7q3-hz01-2222222222');
const OTHER = 'rec-01k0d5w7q3-hz01-3333333333';
const ORIGINAL = 'org-01k0d5w7q3-hz01-1111111111';
const DOCKING = 'dck-01k0d5w7q3-hz01-8c3m2x9a1b';
const PATH = 'DCIM/20260620/DSJ_041234_0001.MP4';
const cases = (numbers: readonly string[]) => numbers.map((number) => subject('case', number));
const officers = (numbers: readonly (string | null | undefined)[]) =>
  numbers.filter((each) => typeof each === 'string').map((each) => subject('officer', each));

export const RecordingSplit = defineEntry({
  type: 'recording.split',
  about: ['recording'],
  tells: 'Files that never came wait in a recording of their own; this one is closed without them.',
  data: {
    into: id(),
    why: code(),
    docking: id('Docking that listed the missing files.'),
    missingCount: count('Files that never came, with those of before.'),
  },
  lists: {
    missing: closed({ original: id(), bytes: bytes(), index: count(), key: key() }),
    cases: id('Cases that the new recording has from this one.'),
    fresh: closed(describedRecording()),
  },
  personal: {
    cardPaths: Type.Array(words(), { description: 'Of the missing files, in their order.' }),
    notes: Type.Array(note(), { description: 'What a person should know of the new recording.' }),
    damage: damageNow(),
  },
  related: ({ into }, lists) => [subject('recording', into), ...cases(lists.cases)],
  example: {
    subject: RECORDING,
    data: { into: OTHER, why: 'waited-long', docking: DOCKING, missingCount: 1 },
    lists: {
      missing: [{ original: ORIGINAL, bytes: 123_456, index: 1, key: `recordings/${OTHER}/001.mp4` }],
      cases: ['LY-2026-0012'],
      fresh: [
        {
          ...{ id: OTHER, recorder: 'DSJ0000041', kind: 'video', officer: '041234', officerSource: 'file-name', category: null },
          ...{ important: false, claimedStart: '2026-06-20T15:30:00', claimedFrom: 'file-name', startMs: 1_781_940_600_000 },
          ...{ clockOffsetMs: -4000, createdAtMs: 1_781_942_400_000, claims: [], confidentiality: null, privacy: [] },
        },
      ],
    },
    personal: { cardPaths: [PATH], notes: [], damage: because('files-never-came', { missing: 1, files: 2 }) },
  },
});

export const RecordingReplaced = defineEntry({
  type: 'recording.replaced',
  about: ['recording'],
  tells: 'Its files changed before they were copied: it is closed, and the new versions are sealed in other recordings.',
  lists: { files: closed({ original: id(), bytes: bytes(), mtimeMs: ms(), by: id() }) },
  personal: { cardPaths: Type.Array(words(), { description: 'Of the files, in their order.' }) },
  related: (_, { files }) => [...new Set(files.map(({ by }) => by))].map((by) => subject('recording', by)),
  example: {
    subject: RECORDING,
    lists: { files: [{ original: ORIGINAL, bytes: 1000, mtimeMs: 1_781_940_600_000, by: OTHER }] },
    personal: { cardPaths: [PATH] },
  },
});

export const TakenUpAgain = defineEntry({
  type: 'recording.taken-up-again',
  about: ['recording'],
  tells: 'A file of it is on the card after all, as it was listed first: it is waited for again.',
  data: { docking: id(), original: id() },
  personal: { cardPath: words() },
  related: ({ original }) => [subject('original', original)],
  example: { subject: RECORDING, data: { docking: DOCKING, original: ORIGINAL }, personal: { cardPath: PATH } },
});

/** Notes and damage of the recording from then on. */
const NOW = { notes: Type.Array(note(), { description: 'What a person should know of the recording from then on.' }), damage: damageNow() };

export const RecordingDerived = defineEntry({
  type: 'recording.derived',
  about: ['recording'],
  tells: 'Playable and pictures were made and verified.',
  data: {
    durationMs: nullable(ms('How long it is; null: that cannot be told.')),
    claimedStart: wallClock(),
    claimedFrom: nullable(code()),
  },
  lists: {
    inputs: sha256(),
    derivatives: closed({
      ...{ id: id(), kind: code(), recipe: code(), key: key(), mediaType: code(), bytes: bytes(), sha256: sha256() },
      replaces: nullable(id()),
    }),
    segments: closed({ original: id(), durationMs: ms() }),
    claims: startClaim(),
  },
  personal: { ...NOW },
  example: {
    subject: RECORDING,
    data: { durationMs: 60_000, claimedStart: '2026-06-20T15:30:00', claimedFrom: 'file-name' },
    lists: {
      inputs: ['ab'.repeat(32)],
      derivatives: [
        {
          ...{ id: 'drv-01k0d5w7q3-hz01-6666666666', kind: 'playable', recipe: 'remux/3', key: `derivatives/${RECORDING.id}/playable.mp4` },
          ...{ mediaType: 'video/mp4', bytes: 123_000, sha256: 'cd'.repeat(32), replaces: null },
        },
      ],
      segments: [{ original: ORIGINAL, durationMs: 60_000 }],
      claims: [],
    },
    personal: { notes: [], damage: null },
  },
});

export const NotDerived = defineEntry({
  type: 'recording.not-derived',
  about: ['recording'],
  tells: 'No derivative can be made of it, or making them was given up.',
  data: { code: code('Of the table of errors.') },
  personal: { detail: why(), ...NOW },
  example: {
    subject: RECORDING,
    data: { code: 'transcoder.unplayable' },
    personal: { detail: because('nothing-of-it-decodes', {}), notes: [], damage: because('nothing-of-it-decodes', {}) },
  },
});

export const DeriveAgain = defineEntry({
  type: 'recording.derive-again',
  about: ['recording'],
  tells: 'It is to be derived again.',
  data: { why: code() },
  lists: { recipes: code('Recipes of what there is so far.') },
  example: { subject: RECORDING, data: { why: 'failed' }, lists: { recipes: ['remux/1'] } },
});

export const ReadAgain = defineEntry({
  type: 'recording.read-again',
  about: ['recording'],
  tells: 'What could not be read of a file can be read now: it is taken in as another recording.',
  data: { docking: id(), original: id(), as: id() },
  personal: { cardPath: words() },
  related: ({ as }) => [subject('recording', as)],
  example: { subject: RECORDING, data: { docking: DOCKING, original: ORIGINAL, as: OTHER }, personal: { cardPath: PATH } },
});

const claim = () => closed({ claimedStart: wallClock(), claimedFrom: nullable(code()), start: nullable(time()) });
export const StartChanged = defineEntry({
  type: 'recording.start-changed',
  about: ['recording'],
  tells: 'More is known of its start.',
  data: changed(claim()).properties,
  example: {
    subject: RECORDING,
    data: {
      old: { claimedStart: null, claimedFrom: null, start: null },
      new: { claimedStart: '2026-06-20T15:30:00', claimedFrom: 'container', start: '2026-06-20T07:30:00.000Z' },
    },
  },
});

export const RecordingDamaged = defineEntry({
  type: 'recording.damaged',
  about: ['recording'],
  tells: 'Bytes of it are missing or wrong.',
  personal: { reason: why() },
  example: { subject: RECORDING, personal: { reason: because('gaps-of-file', { path: PATH, missing: 4096, bytes: 123_456, places: 1 }) } },
});

export const RecordingMarked = defineEntry({
  type: 'recording.marked',
  about: ['recording'],
  tells: 'It was marked as important on the recorder after it was taken in.',
  data: { docking: id(), original: id() },
  personal: { from: words('Path on the card before.'), to: words('Path on the card now.') },
  example: { subject: RECORDING, data: { docking: DOCKING, original: ORIGINAL }, personal: { from: 'a.MP4', to: 'a_IMP.MP4' } },
});

export const OtherRecorder = defineEntry({
  type: 'recording.other-recorder',
  about: ['recording'],
  tells: 'Another recorder than the docked one made it: it lay on its card.',
  data: {
    docking: id(),
    recorder: id(),
    card: id('Serial of the docked recorder.'),
    newRecorder: flag('It was not in the registry before.'),
  },
  related: ({ recorder, card }) => [subject('recorder', recorder), subject('recorder', card)],
  example: { subject: RECORDING, data: { docking: DOCKING, recorder: 'DSJ0000042', card: 'DSJ0000041', newRecorder: true } },
});

export const KindCorrected = defineEntry({
  type: 'recording.kind-corrected',
  about: ['recording'],
  tells: 'Its content is of another kind than its name says.',
  data: { from: code(), to: code() },
  example: { subject: RECORDING, data: { from: 'photo', to: 'video' } },
});

export const RecordingLinked = defineEntry({
  type: 'recording.linked',
  about: ['recording'],
  tells: 'Names and times say that it goes on in another recording, or goes on from it.',
  data: { relation: code(), other: id() },
  example: { subject: RECORDING, data: { relation: 'continues-in', other: OTHER } },
});

export const RecordingNoted = defineEntry({
  type: 'recording.noted',
  about: ['recording'],
  tells: 'By the real lengths of its segments, something is missing or doubled between two of them.',
  data: { segment: count('The later of the two.'), seconds: Type.Number() },
  example: { subject: RECORDING, data: { segment: 2, seconds: 12 } },
});

const objects = () =>
  closed({
    item: nullable(id('Id of the original or derivative, or `facts`; null: it goes with an original (its manifest).')),
    ...{ key: key(), bytes: bytes(), sha256: sha256() },
    of: Type.Optional(nullable(id('Id of the original whose manifest it is; null otherwise.'))),
    version: Type.Optional(nullable(id('Version of the object; null: the place keeps none.'))),
    lock: Type.Optional(
      nullable(closed({ mode: nullable(code()), untilMs: nullable(ms('Date of the lock, milliseconds since 1970.')), hold: flag() })),
    ),
  });
const ARCHIVED = { archive: id(), verifiedBy: code('`readback`, or `head`.') };
const ARCHIVED_EXAMPLE = {
  subject: RECORDING,
  data: { archive: 's3', verifiedBy: 'readback' },
  lists: { objects: [{ item: ORIGINAL, key: `recordings/${RECORDING.id}/001.mp4`, bytes: 123_456, sha256: 'ab'.repeat(32) }] },
};

export const RecordingArchived = defineEntry({
  type: 'recording.archived',
  about: ['recording'],
  tells: 'Its files are in the archive, and were verified there.',
  data: ARCHIVED,
  lists: { objects: objects() },
  example: ARCHIVED_EXAMPLE,
});

export const FactsArchived = defineEntry({
  type: 'recording.facts-archived',
  about: ['recording'],
  tells: 'What is known of it now stands in the archive beside its footage.',
  data: ARCHIVED,
  lists: { objects: objects() },
  example: ARCHIVED_EXAMPLE,
});

export const RecordingTagged = defineEntry({
  type: 'recording.tagged',
  about: ['recording'],
  tells: 'Cases, officer, category or the important mark of it changed.',
  data: {
    cases: Type.Optional(changed(Type.Array(id(), { maxItems: CASES_OF_RECORDING_MAX }))),
    officer: Type.Optional(closed({ old: nullable(id()), new: nullable(id()), oldSource: nullable(code()) })),
    category: Type.Optional(changed(nullable(code()))),
    important: Type.Optional(changed(flag())),
  },
  related: (tags) => [
    ...cases([...(tags.cases?.old ?? []), ...(tags.cases?.new ?? [])]),
    ...officers([tags.officer?.old, tags.officer?.new]),
  ],
  example: {
    subject: RECORDING,
    data: { cases: { old: [], new: ['LY-2026-0012'] }, officer: { old: '041234', new: '041235', oldSource: 'file-name' } },
  },
});

export const RecordingRemarked = defineEntry({
  type: 'recording.remarked',
  about: ['recording'],
  tells: 'A person wrote something about it.',
  personal: { text: words('What they wrote.') },
  example: { subject: RECORDING, personal: { text: 'Stall at the east gate, second visit' } },
});

export const RecordingViewed = defineEntry({
  type: 'recording.viewed',
  about: ['recording'],
  tells: 'Somebody looks at it: written before the first byte goes out.',
  data: {
    what: code('`playable`, `original 2`, …'),
    from: id('`vault`, or the name of the archive.'),
    range: nullable(Type.String({ maxLength: 200, description: 'Of the first request; null: the whole.' })),
    marked: Type.Optional(
      code('A copy with the mark of who took it goes out, not the item itself: name and version of the mark, `mark/1`.'),
    ),
    look: Type.Optional(lookTold()),
  },
  personal: {
    ...viewerWords(),
    words: nullable(words('Words to the reason.')),
    caseTitle: nullable(words('Title of the case then.')),
    mark: words('What is burned into the marked copy.'),
  },
  related: ({ look }) => lookSubjects(look),
  example: {
    subject: RECORDING,
    data: { what: 'playable', from: 'vault', range: null, look: LOOK_EXAMPLE },
    personal: { ...VIEWER_EXAMPLE, words: 'Complaint 12 of June', caseTitle: 'Street trading without a licence' },
  },
});

const VERIFIED = { vaultFiles: count(), archiveFiles: count(), faults: count(), bytes: bytes(), log: flag('The custody log too.') };
export const RecordingVerified = defineEntry({
  type: 'recording.verified',
  about: ['recording'],
  tells: 'Everything of it was read again and compared with what was sealed.',
  data: VERIFIED,
  example: { subject: RECORDING, data: { vaultFiles: 3, archiveFiles: 3, faults: 0, bytes: 246_912, log: false } },
});

export const StationVerified = defineEntry({
  type: 'station.verified',
  about: ['station'],
  tells: 'Everything was read again and compared with what was sealed.',
  data: VERIFIED,
  example: { subject: subject('station', 'hz01'), data: { vaultFiles: 3, archiveFiles: 3, faults: 0, bytes: 246_912, log: true } },
});

const SUGGESTED = together([because('during-event', {}), because('officer-took-part', { officer: '041234' })]);
const SUGGESTION = 'sug-01k0d5w7q3-hz01-4444444444';
const suggested = (data: { readonly case: string }) => [subject('case', data.case)];
export const SuggestionMade = defineEntry({
  type: 'suggestion.made',
  about: ['recording'],
  tells: 'It may belong to an event of a case, by its times and its officer.',
  data: { suggestion: id(), case: id(), event: id(), overlapMs: ms() },
  personal: { reason: why() },
  related: suggested,
  example: {
    subject: RECORDING,
    data: { suggestion: SUGGESTION, case: 'LY-2026-0012', event: 'evt-01k0d5w7q3-hz01-5555555555', overlapMs: 60_000 },
    personal: { reason: SUGGESTED },
  },
});

export const SuggestionDecided = defineEntry({
  type: 'suggestion.decided',
  about: ['recording'],
  tells: 'A person, or a rule, accepted or declined a suggestion.',
  data: { suggestion: id(), case: id(), decision: Type.Union([Type.Literal('accepted'), Type.Literal('declined')]) },
  personal: { reason: why() },
  related: suggested,
  example: {
    subject: RECORDING,
    data: { suggestion: SUGGESTION, case: 'LY-2026-0012', decision: 'accepted' },
    personal: { reason: SUGGESTED },
  },
});

const MARK = 'mrk-01k0d5w7q3-hz01-9999999999';

export const PlaceMarked = defineEntry({
  type: 'recording.place-marked',
  about: ['recording'],
  tells: 'Somebody marked a moment of it, with words, for whoever looks at it later.',
  data: { mark: id('Id of the mark.'), momentMs: ms('Moment of the film, milliseconds from its beginning.') },
  personal: { words: words('What is seen there.') },
  example: { subject: RECORDING, data: { mark: MARK, momentMs: 12_400 }, personal: { words: 'The stand is measured.' } },
});

export const PlaceUnmarked = defineEntry({
  type: 'recording.place-unmarked',
  about: ['recording'],
  tells: 'Who had marked a moment of it took the mark away.',
  data: { mark: id('Id of the mark.'), momentMs: ms('Moment of the film, milliseconds from its beginning.') },
  example: { subject: RECORDING, data: { mark: MARK, momentMs: 12_400 } },
});

export const RECORDING_ENTRIES = [
  ...[
    RecordingSplit,
    RecordingReplaced,
    TakenUpAgain,
    RecordingDerived,
    NotDerived,
    DeriveAgain,
    ReadAgain,
    StartChanged,
    RecordingDamaged,
  ],
  ...[RecordingMarked, OtherRecorder, KindCorrected, RecordingLinked, RecordingNoted, RecordingArchived, FactsArchived],
  ...[RecordingTagged, RecordingRemarked, RecordingViewed, RecordingVerified, StationVerified, SuggestionMade, SuggestionDecided],
  ...[PlaceMarked, PlaceUnmarked],
] as const;
