import Type, { type Static } from 'typebox';
import { CASE_STAGES, OFFICERS_OF_CASE_MAX } from '#domain/registry';
import { CASE_COURSE, DateText } from './cases.ts';
import { CategoryText, closed, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';
import { HoldingJson } from './holdings.ts';
import { ConfidentialityText, PROTECTION, PrivacyText } from './protection.ts';

/** Schemas of cases, officers, recorders and suggestions. */

const StageText = oneOf(CASE_STAGES);

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
  ...CASE_COURSE,
  ...PROTECTION,
  createdAt: Type.String(),
});

export const OfficerJson = Type.Object({
  id: Type.String(),
  name: Type.String(),
  unit: nullable.text('Id of a unit; other words where no unit is called so.'),
  unitPath: nullable.text('Names of the units above and its own, from the top; null where `unit` is no id of one.'),
});

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

export const CasesQuery = closed({
  number: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'How the number begins; then they come by number.' })),
  ...PAGE,
});

export const CaseParams = closed({ number: Name() });

export const RecorderParams = closed({ serial: Name() });

const OfficersText = Type.Array(Name(), { maxItems: OFFICERS_OF_CASE_MAX });

export const ImportBody = closed({
  format: oneOf(['csv', 'json']),
  text: Type.String({ minLength: 1 }),
  dryRun: Type.Optional(Type.Boolean()),
});

export const EventBody = closed({
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

export const SuggestionsQuery = closed({
  state: Type.Optional(oneOf(['open', 'accepted', 'declined'])),
  recording: Type.Optional(Name(64)),
  ...PAGE,
});

/** A field that is left out stays as it is. */
export const RecorderChangeBody = closed({
  model: Type.Optional(nullable.text()),
  officer: Type.Optional(nullable.text("Whose it is from now on; null: nobody's.")),
});

export const RecorderBody = closed({ serial: Name(), model: Type.Optional(nullable.text()), officer: Type.Optional(nullable.text()) });

export const OfficerParams = closed({ id: Name(64) });

/** A field that is left out stays as it is. */
export const OfficerChangeBody = closed({ name: Type.Optional(Name()), unit: Type.Optional(nullable.text()) });

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

/** A field that is left out stays as it is. An event with the times of one on record changes that one; other events are added. */
export const CaseChangeBody = closed({
  title: Type.Optional(Name(500)),
  stage: Type.Optional(StageText),
  category: Type.Optional(Type.Union([CategoryText, Type.Null()])),
  officers: Type.Optional(OfficersText),
  openedOn: Type.Optional(DateText),
  events: Type.Optional(Type.Array(EventBody, { maxItems: 100 })),
});

export type CaseAnswer = Static<typeof CaseJson>;
export type CaseEventAnswer = Static<typeof EventJson>;
export type OfficerAnswer = Static<typeof OfficerJson>;
export type RecorderAnswer = Static<typeof RecorderJson>;
export type SuggestionAnswer = Static<typeof SuggestionJson>;
export type ImportAnswer = Static<typeof ImportJson>;
