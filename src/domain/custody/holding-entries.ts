import Type from 'typebox';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { closed, code, id } from './fields.ts';
import { subject } from './subject.ts';

const RECORDER = subject('recorder', 'DSJ0000041');
const HOLDING = 'hld-01k0d5w7q3-hz01-6666666666';
const officers = (...numbers: readonly (string | null | undefined)[]) =>
  numbers.filter((each) => typeof each === 'string').map((each) => subject('officer', each));
const moment = (what: string) => Type.String({ maxLength: 40, description: `${what}: RFC 3339, in UTC.` });
const SPAN = { officer: id('Number of the officer.'), from: moment('Taken out'), to: nullable(moment('Returned; null: not yet')) };
const FROM = '2026-06-20T00:00:00.000Z';

export const TakenOut = defineEntry({
  type: 'recorder.taken-out',
  about: ['recorder'],
  tells: 'An officer took a pool recorder out; the return is told at once where the whole is entered afterwards.',
  data: { holding: id(), ...SPAN },
  related: ({ officer }) => officers(officer),
  example: { subject: RECORDER, data: { holding: HOLDING, officer: '041234', from: FROM, to: null } },
});

export const Returned = defineEntry({
  type: 'recorder.returned',
  about: ['recorder'],
  tells: 'A pool recorder came back: brought back, handed over to another officer, or docked where that counts as a return.',
  data: { holding: id(), ...SPAN, to: moment('Returned'), how: code('`return`, `hand-over`, `docking`.') },
  related: ({ officer }) => officers(officer),
  example: {
    subject: RECORDER,
    data: { holding: HOLDING, officer: '041234', from: FROM, to: '2026-06-20T09:00:00.000Z', how: 'return' },
  },
});

const span = () => closed(SPAN);
export const HoldingCorrected = defineEntry({
  type: 'recorder.holding-corrected',
  about: ['recorder'],
  tells: 'A take-out on record was wrong: its officer or its times were corrected, or there was none.',
  data: { holding: id(), ...changed(span()).properties, new: nullable(span()) },
  related: (data) => officers(data.old.officer, data.new?.officer),
  example: {
    subject: RECORDER,
    data: {
      holding: HOLDING,
      old: { officer: '041234', from: FROM, to: null },
      new: { officer: '041235', from: FROM, to: null },
    },
  },
});

export const OfficerDecided = defineEntry({
  type: 'recording.officer-decided',
  about: ['recording'],
  tells: 'Who had the recorder when it was recorded is known otherwise than before, and so is the officer.',
  data: { officer: changed(nullable(id())), source: changed(nullable(code())) },
  related: ({ officer }) => officers(officer.old, officer.new),
  example: {
    subject: subject('recording', 'rec-01k0d5w7q3-hz01-2222222222'),
    data: { officer: { old: null, new: '041234' }, source: { old: null, new: 'holder' } },
  },
});

export const HOLDING_ENTRIES = [TakenOut, Returned, HoldingCorrected, OfficerDecided] as const;
