import Type, { type Static } from 'typebox';
import { KINDS } from '#domain/kind';
import { LINK_RELATIONS, NOTE_CODES } from '#domain/notes';
import type { Reason } from '#domain/reason';
import { DERIVATIVE_KINDS, ORIGINAL_STATES, RECORDING_STATES } from '#domain/recording';
import { CLAIM_SOURCES } from '#domain/start/claim';
import { CategoryText, closed, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';
import { EffectiveJson, PROTECTION } from './protection.ts';

/** Schemas of recordings: parameters and answers. */

export const RecordingParams = closed({ id: Type.String({ minLength: 1, maxLength: 64 }) });

export const OriginalJson = Type.Object({
  id: Type.String(),
  index: Type.Integer({ description: '1-based, segments first.' }),
  role: oneOf(['segment', 'sidecar']),
  kind: oneOf(KINDS),
  state: oneOf(ORIGINAL_STATES),
  cardPath: Type.String({ description: 'Path on the card, in a printable form that stands for its bytes.' }),
  shownPath: Type.String({ description: 'The same for people to read: names in GBK are decoded.' }),
  bytes: Type.Integer(),
  sha256: nullable.text('null until it is copied.'),
  sm3: nullable.text(),
  gaps: Type.Array(Type.Object({ start: Type.Integer(), end: Type.Integer() }), {
    description: 'Bytes that the recorder could not deliver, half-open and in order; zeros in what is kept.',
  }),
  sourceReread: nullable.text('How the file was read from the recorder a second time and found the same; null: read once.'),
  duplicateOf: nullable.text('Id of an earlier original with the same bytes.'),
  evictedAt: nullable.text(
    'Since when the archive alone holds it, because the vault needed the room; null: the vault holds it, or it never came.',
  ),
});

export const DerivativeJson = Type.Object({
  kind: oneOf(DERIVATIVE_KINDS),
  mediaType: Type.String(),
  recipe: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  evictedAt: nullable.text('Since when the archive alone holds it, because the vault needed the room; null: the vault holds it.'),
});

export const NoteJson = Type.Object({
  code: oneOf(NOTE_CODES),
  parameters: Type.Unsafe<Readonly<Record<string, string | number | Reason>>>({
    type: 'object',
    description: 'Texts, numbers, and reasons (code and params).',
    additionalProperties: true,
  }),
});

export const StartClaimJson = Type.Object({
  source: oneOf(CLAIM_SOURCES),
  reading: Type.String({ description: 'How it was read: as wall clock or UTC, as start or end.' }),
  written: Type.String({ description: 'As it stands there.' }),
  until: nullable.text('Last fix, or latest possible start.'),
  durationMs: nullable.integer('Length of the file by its container.'),
  start: nullable.text('The start that it gives.'),
  verdict: oneOf(['used', 'agrees', 'differs', 'not-used']),
  why: nullable.text(),
});

export const RecordingJson = Type.Object({
  id: Type.String(),
  dockingId: Type.String(),
  recorderSerial: Type.String(),
  kind: oneOf(KINDS),
  officerId: nullable.text(),
  officerSource: nullable.text(),
  caseNumbers: Type.Array(Type.String()),
  category: nullable.text(),
  important: Type.Boolean(),
  ...PROTECTION,
  effective: EffectiveJson,
  state: oneOf(RECORDING_STATES),
  damaged: Type.Boolean(),
  damageReason: Type.Union([ReasonSchema, Type.Null()]),
  notes: Type.Array(NoteJson, { description: 'What a person should know of it that is no damage.' }),
  links: Type.Array(Type.Object({ relation: oneOf(LINK_RELATIONS), recordingId: Type.String() })),
  claimedStart: nullable.text("The recorder's wall clock, without zone."),
  claimedFrom: nullable.text('Where the claim that is used comes from: file-name, container, mtime or gps.'),
  startClaims: Type.Array(StartClaimJson, { description: 'Everything that tells when it started, and what became of each claim.' }),
  start: nullable.text("Corrected by the clock offset, with the offset of the station's zone."),
  clockOffsetMs: nullable.integer('Station clock minus recorder clock.'),
  durationMs: nullable.integer(),
  createdAt: Type.String(),
  duplicateOf: nullable.text(),
  playable: Type.Boolean(),
  originals: Type.Array(OriginalJson),
  copies: Type.Array(
    Type.Object({
      where: Type.String({ description: 'A place that holds every original.' }),
      verifiedAt: Type.String({ description: 'The oldest verification among them.' }),
    }),
  ),
  derivatives: Type.Array(DerivativeJson),
  replacedBy: nullable.text(
    'Its files changed on the recorder before they were copied: the recording in which their new versions were sealed.',
  ),
  trouble: Type.Array(
    Type.Object({
      stage: Type.String(),
      state: Type.String({ description: '`failed`: given up; `waiting` or `running`: failed the last time, and tried again.' }),
      code: Type.String(),
      reason: Type.Union([ReasonSchema, Type.Null()]),
    }),
    { description: 'Derive and archive work that failed, with the reason.' },
  ),
  fetches: Type.Array(
    Type.Object({
      original: Type.Integer({ description: 'Its index.' }),
      attempts: Type.Integer({ description: 'How often it failed.' }),
      nextAt: Type.String({ description: 'When it is tried again.' }),
      reason: ReasonSchema,
    }),
    { description: 'Evicted originals that somebody wanted back and that wait, because the archive did not answer.' },
  ),
});

export const RecordingCaseParams = closed({ id: Type.String({ minLength: 1, maxLength: 64 }), number: Name() });

export const FromQuery = closed({ from: Type.Optional(oneOf(['vault', 'archive'], 'Where the bytes are read; vault if left out.')) });

const RecordingId = { id: RecordingParams.properties.id };

export const TagBody = closed({
  cases: Type.Optional(Type.Array(Name(), { maxItems: 50 })),
  removeCases: Type.Optional(Type.Array(Name(), { maxItems: 50 })),
  officer: Type.Optional(nullable.text('null takes it away.')),
  category: Type.Optional(Type.Union([CategoryText, Type.Null()])),
  important: Type.Optional(Type.Boolean()),
});

export const OriginalParams = closed({ ...RecordingId, index: Type.Integer({ minimum: 1, maximum: 100_000 }) });

export const DerivativeParams = closed({ ...RecordingId, kind: oneOf(DERIVATIVE_KINDS) });

export const RecordingsQuery = closed({
  case: Type.Optional(Name()),
  officer: Type.Optional(Name()),
  recorder: Type.Optional(Name()),
  docking: Type.Optional(Name(64)),
  state: Type.Optional(oneOf(RECORDING_STATES)),
  since: Type.Optional(Type.String({ maxLength: 40, description: "Started at or after; without an offset in the station's zone." })),
  until: Type.Optional(Type.String({ maxLength: 40, description: 'Started before.' })),
  category: Type.Optional(CategoryText),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Unit of the officer, as the registry has it.' })),
  place: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Part of the place of an event of its cases.' })),
  damaged: Type.Optional(Type.Boolean()),
  unassigned: Type.Optional(Type.Boolean({ description: 'Without an officer or without a case.' })),
  ...PAGE,
});

export type RecordingAnswer = Static<typeof RecordingJson>;
