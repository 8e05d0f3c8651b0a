import Type from 'typebox';
import { OFFICERS_OF_CASE_MAX } from '#domain/registry';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { closed, code, date, id, time, words } from './fields.ts';
import { subject } from './subject.ts';

const CASE = subject('case', 'LY-2026-0012');
const people = (numbers: readonly string[]) => numbers.map((each) => subject('officer', each));
const about = () =>
  closed({
    ...{ stage: code(), category: nullable(code()), officers: Type.Array(id(), { maxItems: OFFICERS_OF_CASE_MAX }) },
    openedOn: Type.Optional(nullable(date())),
  });

export const CaseChanged = defineEntry({
  type: 'case.changed',
  about: ['case'],
  tells: 'A case was added, or changed.',
  data: { old: nullable(about()), new: about() },
  personal: { title: changed(nullable(words())) },
  related: (data) => people([...(data.old?.officers ?? []), ...data.new.officers]),
  example: {
    subject: CASE,
    data: { old: null, new: { stage: 'evidence', category: 'penalty', officers: ['041234'] } },
    personal: { title: { old: null, new: 'Street trading without a licence' } },
  },
});

export const CaseEventChanged = defineEntry({
  type: 'case.event-changed',
  about: ['case'],
  tells: 'An event of a case was added, or changed.',
  data: { event: id(), stage: code(), officers: Type.Array(id(), { maxItems: OFFICERS_OF_CASE_MAX }), start: time(), end: time() },
  personal: { place: nullable(words()) },
  related: ({ officers }) => people(officers),
  example: {
    subject: CASE,
    data: {
      ...{ event: 'evt-01k0d5w7q3-hz01-5555555555', stage: 'evidence', officers: ['041234'] },
      ...{ start: '2026-06-20T07:30:00.000Z', end: '2026-06-20T08:30:00.000Z' },
    },
    personal: { place: 'West Lake Road 12' },
  },
});

export const OfficerChanged = defineEntry({
  type: 'officer.changed',
  about: ['officer'],
  tells: 'An officer was added, or changed.',
  data: { unit: changed(nullable(id())) },
  personal: { name: changed(nullable(words())) },
  example: {
    subject: subject('officer', '041234'),
    data: { unit: { old: null, new: 'Squad 3' } },
    personal: { name: { old: null, new: 'Wang Jianguo' } },
  },
});

export const REGISTRY_ENTRIES = [CaseChanged, CaseEventChanged, OfficerChanged] as const;
