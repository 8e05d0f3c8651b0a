import Type, { type TSchema } from 'typebox';
import { KINDS } from '#domain/kind';
import { LINK_RELATIONS, NOTE_CODES } from '#domain/notes';
import { DERIVATIVE_KINDS, ORIGINAL_STATES, RECORDING_STATES } from '#domain/recording';
import { CASE_STAGES, CATEGORIES } from '#domain/registry';
import { CLAIM_SOURCES } from '#domain/start/claim';
import { type RecheckView, SLOT_PHASES } from '#ports/slot-board';

/** Schemas that several routes share. Times are ISO 8601 texts. */

// One schema with two types is checked and printed much faster than a union of two schemas.
export const nullable = {
  text: (description?: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], ...(description ? { description } : {}) }),
  integer: (description?: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], ...(description ? { description } : {}) }),
};

/** A text that is one of `values`; printed as a plain enum in the API document. */
export function oneOf<const T extends readonly string[]>(values: T, description?: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description ? { description } : {}) });
}

export const closed = <T extends Record<string, TSchema>>(fields: T) => Type.Object(fields, { additionalProperties: false });

export const RecordingParams = closed({ id: Type.String({ minLength: 1, maxLength: 64 }) });
export const Name = (max = 128) => Type.String({ minLength: 1, maxLength: max, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' });
export const Limit = Type.Integer({ minimum: 1, maximum: 1000, default: 100 });

export const ErrorReply = Type.Object({
  code: Type.String(),
  message: Type.String({ description: 'What failed, for a person.' }),
  remedy: Type.String({ description: 'What the person should do.' }),
  detail: Type.String({ description: 'The thing that it failed for: an id, a field, a key.' }),
  requestId: Type.String(),
});

const OriginalJson = Type.Object({
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
  unreadable: Type.Array(Type.Object({ start: Type.Integer(), end: Type.Integer() }), {
    description: 'Bytes that the recorder could not deliver, half-open and in order; zeros in what is kept.',
  }),
  sourceReread: nullable.text('How the file was read from the recorder a second time and found the same; null: read once.'),
  duplicateOf: nullable.text('Id of an earlier original with the same bytes.'),
});

const DerivativeJson = Type.Object({
  kind: oneOf(DERIVATIVE_KINDS),
  mediaType: Type.String(),
  recipe: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
});

const NoteJson = Type.Object({
  code: oneOf(NOTE_CODES),
  parameters: Type.Unsafe<Readonly<Record<string, string | number>>>({
    type: 'object',
    additionalProperties: { type: ['string', 'number'] },
  }),
});

const StartClaimJson = Type.Object({
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
  state: oneOf(RECORDING_STATES),
  damaged: Type.Boolean(),
  damageReason: nullable.text(),
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
      detail: Type.String(),
    }),
    { description: 'Derive and archive work that failed, with the reason.' },
  ),
});

export const CustodyJson = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  type: Type.String(),
  actor: Type.String(),
  subject: Type.String(),
  data: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  prev: Type.String(),
  hash: Type.String(),
});

export const StageText = oneOf(CASE_STAGES);
export const CategoryText = oneOf(CATEGORIES);

export const EventJson = Type.Object({
  id: Type.String(),
  stage: StageText,
  officerIds: Type.Array(Type.String()),
  start: Type.String(),
  end: Type.String(),
  place: nullable.text(),
});

export const CaseJson = Type.Object({
  number: Type.String(),
  title: Type.String(),
  stage: StageText,
  category: nullable.text(),
  officerIds: Type.Array(Type.String()),
  createdAt: Type.String(),
});

export const OfficerJson = Type.Object({ id: Type.String(), name: Type.String(), unit: nullable.text() });

export const RecorderJson = Type.Object({
  serial: Type.String(),
  model: nullable.text(),
  driverId: nullable.text(),
  assignedOfficerId: nullable.text(),
  firstSeenAt: nullable.text(),
  lastSeenAt: nullable.text(),
});

export const SuggestionJson = Type.Object({
  id: Type.String(),
  recordingId: Type.String(),
  caseNumber: Type.String(),
  eventId: Type.String(),
  reason: Type.String(),
  overlapMs: Type.Integer(),
  state: oneOf(['open', 'accepted', 'declined']),
  decidedBy: nullable.text(),
  createdAt: Type.String(),
});

export const WorkJson = Type.Object({
  id: Type.String(),
  stage: oneOf(['derive', 'archive']),
  recordingId: Type.String(),
  state: oneOf(['waiting', 'running', 'done', 'failed']),
  priority: Type.Integer(),
  attempts: Type.Integer(),
  percent: Type.Integer(),
  dueAt: Type.String(),
  updatedAt: Type.String(),
  errorCode: nullable.text(),
  errorDetail: nullable.text(),
});

const ProblemJson = Type.Unsafe<{ code: string; detail: string } | null>({
  type: ['object', 'null'],
  properties: { code: { type: 'string' }, detail: { type: 'string' } },
});

export const DockingJson = Type.Object({
  id: Type.String(),
  slot: Type.Integer(),
  port: Type.String(),
  recorderSerial: Type.String(),
  toldSerial: nullable.text('Serial that the bus told.'),
  driverId: Type.String(),
  driverScore: Type.Integer(),
  driverWhy: Type.Array(Type.String()),
  clockOffsetMs: nullable.integer(),
  state: oneOf(['reading', 'safe', 'problem', 'removed', 'interrupted']),
  problem: ProblemJson,
  arrivedAt: Type.String(),
  listedAt: nullable.text(),
  unchangedAt: nullable.text('Everything was copied, and the card still was as it was listed.'),
  safeAt: nullable.text(),
  removedAt: nullable.text(),
  filesListed: Type.Integer(),
  filesKnown: Type.Integer({ description: 'Sealed in an earlier docking, not copied again.' }),
  filesRefused: Type.Integer(),
  bytesListed: Type.Integer(),
  filesToRecheck: Type.Integer({ description: 'Known files that are compared whole while the recorder stays.' }),
  filesRechecked: Type.Integer({ description: 'Of those, the ones that were, and have the sealed digest.' }),
});

const RecheckJson = Type.Unsafe<RecheckView | null>({
  type: ['object', 'null'],
  properties: { files: { type: 'integer' }, done: { type: 'integer' }, unread: { type: 'integer' } },
  required: ['files', 'done', 'unread'],
  description: 'Known files that are compared whole: how many, how many have the sealed digest, how many could not be read; null: none.',
});

export const SlotJson = Type.Object({
  slot: Type.Integer(),
  port: Type.String(),
  dockingId: nullable.text(),
  recorderSerial: nullable.text(),
  driverId: nullable.text(),
  officerId: nullable.text(),
  phase: oneOf(SLOT_PHASES),
  hub: nullable.text('Port path of the hub whose bandwidth it shares.'),
  waiting: Type.Unsafe<'disk' | 'turn' | null>({ enum: ['disk', 'turn', null], description: 'What its files wait for.' }),
  warning: ProblemJson,
  clockOffsetMs: nullable.integer('Station clock minus recorder clock.'),
  explain: Type.Array(Type.String(), { description: 'Why it was taken for what it is.' }),
  filesListed: Type.Integer(),
  filesSealed: Type.Integer(),
  filesRefused: Type.Integer(),
  bytesListed: Type.Integer(),
  bytesCopied: Type.Integer(),
  bytesPerSecond: Type.Integer(),
  secondsLeft: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  recheck: RecheckJson,
  problem: ProblemJson,
  updatedAt: nullable.text(),
});
