import Type from 'typebox';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { closed, code, count, date, words } from './fields.ts';
import { subject } from './subject.ts';

const CASE = subject('case', 'LY-2026-0012');
const COURSE = [
  { step: 'decided', on: '2026-07-01' },
  { step: 'closed', on: '2026-07-20' },
  { step: 'reopened', on: '2026-09-02' },
];
const STATE = 'State of the case: `open`, `decided`, `closed`, `reopened`.';

/** A step in the course of a case; `old` of its date is null where the step is new, and else the date that was wrong. */
const STEP = {
  place: count('Place of the step in the course of the case, from 0.'),
  on: Type.Object({ old: nullable(date()), new: date() }, { additionalProperties: false, description: 'The date, before and after.' }),
  course: Type.Array(closed({ step: code(), on: date() }), { maxItems: 200, description: 'All steps of the case from then on, in order.' }),
  state: Type.Object(changed(code()).properties, { additionalProperties: false, description: STATE }),
};

const REASON = { reason: nullable(words('null: none was given, for none was needed.')) };

export const CaseDecided = defineEntry({
  type: 'case.decided',
  about: ['case'],
  tells: 'A case was decided, or the date of a decision was corrected.',
  data: STEP,
  example: {
    subject: CASE,
    data: { place: 0, on: { old: null, new: '2026-07-01' }, course: COURSE.slice(0, 1), state: { old: 'open', new: 'decided' } },
  },
});

export const CaseClosed = defineEntry({
  type: 'case.closed',
  about: ['case'],
  tells: 'A case was closed, or the date of a closing was corrected.',
  data: STEP,
  example: {
    subject: CASE,
    data: { place: 1, on: { old: null, new: '2026-07-20' }, course: COURSE.slice(0, 2), state: { old: 'decided', new: 'closed' } },
  },
});

export const CaseReopened = defineEntry({
  type: 'case.reopened',
  about: ['case'],
  tells: 'A case was opened again, or the date of that was corrected.',
  data: STEP,
  personal: REASON,
  example: {
    subject: CASE,
    data: { place: 2, on: { old: null, new: '2026-09-02' }, course: COURSE, state: { old: 'closed', new: 'reopened' } },
    personal: { reason: 'The decision was revoked on reconsideration.' },
  },
});

const PROTECTION = {
  confidentiality: Type.Optional(changed(nullable(code()))),
  privacy: Type.Optional(changed(Type.Array(code(), { maxItems: 20 }))),
};
const PROTECTED_EXAMPLE = {
  data: { confidentiality: { old: 'secret', new: 'internal' }, privacy: { old: [], new: ['minor'] } },
  personal: { reason: 'Downgraded by the owning office.' },
};

export const CaseProtected = defineEntry({
  type: 'case.protected',
  about: ['case'],
  tells: 'Confidentiality or privacy marks of a case changed; the reason is there where fewer people are kept out than before.',
  data: PROTECTION,
  personal: REASON,
  example: { subject: CASE, ...PROTECTED_EXAMPLE },
});

export const RecordingProtected = defineEntry({
  type: 'recording.protected',
  about: ['recording'],
  tells: 'Confidentiality or privacy marks of a recording changed; the reason is there where fewer people are kept out than before.',
  data: PROTECTION,
  personal: REASON,
  example: { subject: subject('recording', 'rec-01k0d5w7q3-hz01-2222222222'), ...PROTECTED_EXAMPLE },
});

export const CASE_ENTRIES = [CaseDecided, CaseClosed, CaseReopened, CaseProtected, RecordingProtected] as const;
