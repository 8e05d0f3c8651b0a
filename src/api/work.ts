import Type, { type Static } from 'typebox';
import { closed, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';

/** Derive and archive work, and verification. */

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

export const DeriveAgainBody = closed({
  failed: Type.Optional(Type.Boolean()),
  recipe: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  recordings: Type.Optional(Type.Array(Name(64), { minItems: 1, maxItems: 1000 })),
  count: Type.Optional(Type.Boolean()),
});

export const DeriveAgainJson = Type.Object({ recordings: Type.Integer(), bytes: Type.Integer(), started: Type.Boolean() });

export const RetryBody = closed({
  stage: Type.Optional(WorkStageText),
  recording: Type.Optional(Name(64)),
  dryRun: Type.Optional(Type.Boolean()),
});

export const RetryJson = Type.Object({ retried: Type.Integer() });

export const JobsQuery = closed({
  stage: Type.Optional(WorkStageText),
  state: Type.Optional(oneOf(['waiting', 'running', 'done', 'failed'])),
  recording: Type.Optional(Name(64)),
  ...PAGE,
});

export type WorkAnswer = Static<typeof WorkJson>;
export type RetryAnswer = Static<typeof RetryJson>;
export type DeriveAgainAnswer = Static<typeof DeriveAgainJson>;
