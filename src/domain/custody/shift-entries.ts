import Type from 'typebox';
import { defineEntry } from './define-entry.ts';
import { count, flag, id, sha256, time } from './fields.ts';
import { subject } from './subject.ts';

const span = (description: string) =>
  Type.Object({ id: id('Officer and start.'), start: time(), end: time() }, { additionalProperties: false, description });
const SHIFT = { id: 'shf-041234-20260620T000000Z', start: '2026-06-20T00:00:00.000Z', end: '2026-06-20T09:30:00.000Z' };

export const OfficerShiftsChanged = defineEntry({
  type: 'officer.shifts-changed',
  about: ['officer'],
  tells: 'An import of shifts added, changed or removed shifts of an officer.',
  data: { added: count('Shifts.'), changed: count('Shifts.'), removed: count('Shifts.') },
  lists: {
    addedShifts: span('A new shift.'),
    changedShifts: span('A shift that ends at another time; its new end.'),
    removedShifts: span('A shift that the file does not have on its days.'),
  },
  example: {
    subject: subject('officer', '041234'),
    data: { added: 1, changed: 0, removed: 0 },
    lists: { addedShifts: [SHIFT], changedShifts: [], removedShifts: [] },
  },
});

export const ShiftsImported = defineEntry({
  type: 'shifts.imported',
  about: ['station'],
  tells: 'A file of shifts was taken over that changed something. Each officer whose shifts changed has an entry of their own.',
  data: {
    sha256: sha256(),
    rows: count('Rows of the file.'),
    added: count('Shifts.'),
    changed: count('Shifts.'),
    removed: count('Shifts.'),
    unmatched: count('Rows of officers who are not in the registry; they were left out.'),
    whole: flag('The file was said to have the shifts of all officers on its days.'),
  },
  example: {
    subject: subject('station', 'hz01'),
    data: { sha256: 'ab'.repeat(32), rows: 120, added: 118, changed: 1, removed: 2, unmatched: 1, whole: false },
  },
});

export const SHIFT_ENTRIES = [OfficerShiftsChanged, ShiftsImported] as const;
