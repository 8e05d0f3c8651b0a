import Type, { type Static } from 'typebox';
import { CASE_STAGES } from '#domain/registry';
import { CASE_COURSE, DateText } from './cases.ts';
import { CategoryText, closed, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';
import { HoldingJson } from './holdings.ts';
import { ConfidentialityText, PROTECTION, PrivacyText } from './protection.ts';
import { RecordingJson } from './recordings.ts';

/** Cases, officers, recorders and suggestions. */

const StageText = oneOf(CASE_STAGES);

const EventJson = Type.Object({
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
  ...CASE_COURSE,
  ...PROTECTION,
  createdAt: Type.String(),
});

export const OfficerJson = Type.Object({ id: Type.String(), name: Type.String(), unit: nullable.text() });

export const RecorderJson = Type.Object({
  serial: Type.String(),
  model: nullable.text(),
  driverId: nullable.text(),
  assignedOfficerId: nullable.text(),
  holding: Type.Union([HoldingJson, Type.Null()], { description: 'Who has it now; null: nobody, it was not taken out.' }),
  firstSeenAt: nullable.text(),
  lastSeenAt: nullable.text(),
});

export const SuggestionJson = Type.Object({
  id: Type.String(),
  recordingId: Type.String(),
  caseNumber: Type.String(),
  eventId: Type.String(),
  reason: ReasonSchema,
  overlapMs: Type.Integer(),
  state: oneOf(['open', 'accepted', 'declined']),
  decidedBy: nullable.text(),
  createdAt: Type.String(),
});

export const CaseParams = closed({ number: Name() });

export const RecorderParams = closed({ serial: Name() });

const OfficersText = Type.Array(Name(), { maxItems: 100 });

export const ImportBody = closed({
  format: oneOf(['csv', 'json']),
  text: Type.String({ minLength: 1 }),
  dryRun: Type.Optional(Type.Boolean()),
});

const EventBody = closed({
  start: Type.String({ maxLength: 40 }),
  end: Type.String({ maxLength: 40 }),
  stage: Type.Optional(StageText),
  officers: Type.Optional(OfficersText),
  place: Type.Optional(nullable.text()),
});

export const ImportJson = Type.Object({
  added: Type.Integer(),
  updated: Type.Integer(),
  events: Type.Optional(Type.Integer()),
  suggestions: Type.Optional(Type.Integer()),
});

export const DecisionParams = closed({ id: Name(64) });

export const DecisionBody = closed({ decision: oneOf(['accepted', 'declined']) });

export const DecisionJson = Type.Object({ id: Type.String(), state: Type.String() });

export const SuggestionsQuery = closed({
  state: Type.Optional(oneOf(['open', 'accepted', 'declined'])),
  recording: Type.Optional(Name(64)),
  ...PAGE,
});

export const AssignmentBody = closed({ officer: nullable.text() });

export const AssignmentJson = Type.Object({ serial: Type.String(), officer: nullable.text() });

export const RecorderBody = closed({ serial: Name(), model: Type.Optional(nullable.text()), officer: Type.Optional(nullable.text()) });

export const RecorderAddedJson = Type.Object({ serial: Type.String() });

export const OfficerBody = closed({ id: Name(64), name: Name(), unit: Type.Optional(nullable.text()) });

export const CaseBody = closed({
  number: Name(),
  title: Name(500),
  stage: Type.Optional(StageText),
  category: Type.Optional(Type.Union([CategoryText, Type.Null()])),
  officers: Type.Optional(OfficersText),
  openedOn: Type.Optional(DateText),
  confidentiality: Type.Optional(ConfidentialityText),
  privacy: Type.Optional(PrivacyText),
  events: Type.Optional(Type.Array(EventBody, { maxItems: 100 })),
  update: Type.Optional(Type.Boolean()),
});

export const CaseDetailJson = Type.Interface([CaseJson], {
  events: Type.Array(EventJson),
  recordings: Type.Array(RecordingJson),
  recordingsNext: nullable.text('If there are more: the cursor for `/recordings?case=…`.'),
});

export type CaseAnswer = Static<typeof CaseJson>;
export type CaseDetailAnswer = Static<typeof CaseDetailJson>;
export type OfficerAnswer = Static<typeof OfficerJson>;
export type RecorderAnswer = Static<typeof RecorderJson>;
export type SuggestionAnswer = Static<typeof SuggestionJson>;
export type ImportAnswer = Static<typeof ImportJson>;
