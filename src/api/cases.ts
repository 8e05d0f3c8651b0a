import Type from 'typebox';
import { CASE_STATES, CASE_STEPS } from '#domain/case-course';
import { closed, nullable, oneOf } from './common.ts';

/** Schemas of the course of cases, from their opening to their end. */

export const DateText = Type.String({ maxLength: 40, description: "Calendar date in the station's zone: `2026-06-20`." });

export const CASE_COURSE = {
  openedOn: nullable.text('Date of filing; null: not told.'),
  steps: Type.Array(Type.Object({ step: oneOf(CASE_STEPS), on: Type.String() }), { description: 'What happened to it since, in order.' }),
  state: oneOf(CASE_STATES),
  decidedOn: nullable.text('null: undecided, or opened again since.'),
  closedOn: nullable.text('null: not closed, or opened again since.'),
  reopenedOn: nullable.text('The last time.'),
};

const STEP = { on: DateText, correct: Type.Optional(Type.Boolean({ description: 'The date on record is wrong: this is the right one.' })) };

export const StepBody = closed(STEP);

export const ReopenBody = closed({
  ...STEP,
  reason: Type.Optional(Type.String({ maxLength: 2000, description: 'Needed unless a date is corrected.' })),
});
