import Type, { type Static } from 'typebox';
import { closed, ErrorCodeText, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';

/** Schemas of derive and archive work, and of verification. */

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
  errorReason: Type.Union([ReasonSchema, Type.Null()]),
});

const WorkStageText = oneOf(['derive', 'archive']);

export const VerifyBody = closed({
  recording: Type.Optional(Name(64)),
  vault: Type.Optional(Type.Boolean()),
  archive: Type.Optional(Type.Boolean()),
  log: Type.Optional(Type.Boolean()),
});

const figure = (what: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: `${what}; null: recordings were named that whoever asks may not see.`,
  });

export const DeriveAgainBody = closed({
  failed: Type.Optional(Type.Boolean()),
  recipe: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  recordings: Type.Optional(Type.Array(Name(64), { minItems: 1, maxItems: 1000 })),
  count: Type.Optional(Type.Boolean()),
});

export const DeriveAgainJson = Type.Object({
  recordings: figure('How many'),
  bytes: figure('Of their originals'),
  started: Type.Boolean(),
});

export const RetryBody = closed({
  stage: Type.Optional(WorkStageText),
  recording: Type.Optional(Name(64)),
  dryRun: Type.Optional(Type.Boolean()),
});

export const RetryJson = Type.Object({ retried: figure('Pieces of work') });

export const JobsQuery = closed({
  stage: Type.Optional(WorkStageText),
  state: Type.Optional(oneOf(['waiting', 'running', 'done', 'failed'])),
  recording: Type.Optional(Name(64)),
  docking: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Work that is not done of what came from the recorder of this docking.' }),
  ),
  ...PAGE,
});

const PlaceText = oneOf(['vault', 'archive', 'ledger', 'log']);

/** One line of a verification's answer. The last line is a summary or an error. */
export const VerifyLineJson = Type.Union([
  Type.Object({
    type: Type.Literal('progress'),
    place: PlaceText,
    files: Type.Integer(),
    filesTotal: Type.Integer(),
    bytes: Type.Integer(),
    bytesTotal: Type.Integer(),
  }),
  Type.Object({
    type: Type.Literal('fault'),
    place: PlaceText,
    recordingId: nullable.text(),
    key: nullable.text('Of the file in vault or archive.'),
    reason: ReasonSchema,
  }),
  Type.Object({
    type: Type.Literal('summary'),
    vaultFiles: Type.Integer(),
    archiveFiles: Type.Integer(),
    logEntries: Type.Integer(),
    bytes: Type.Integer(),
    faults: Type.Integer(),
    elapsedMs: Type.Integer(),
  }),
  Type.Object({
    type: Type.Literal('error'),
    code: ErrorCodeText,
    title: Type.String(),
    detail: Type.String(),
    reason: ReasonSchema,
    remedy: Type.String(),
  }),
]);

export type WorkAnswer = Static<typeof WorkJson>;
export type RetryAnswer = Static<typeof RetryJson>;
export type DeriveAgainAnswer = Static<typeof DeriveAgainJson>;
