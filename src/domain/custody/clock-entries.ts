import Type from 'typebox';
import { defineEntry } from './define-entry.ts';
import { code, count, time, words } from './fields.ts';
import { subject } from './subject.ts';

const CLOCK = subject('clock', 'hz01');

export const ClockDoubted = defineEntry({
  type: 'clock.doubted',
  about: ['clock'],
  tells:
    'The clock of the station went back or jumped by more than the limit. From here until somebody confirms it, its times are in doubt and nothing is disposed of.',
  data: {
    kind: code('`went-back` or `jumped`.'),
    byMs: Type.Integer({ minimum: 0, description: 'By how much, ms.' }),
    found: code('`running`: against a clock that nobody can set; `start`: against the newest time on record.'),
    seen: time(),
  },
  example: { subject: CLOCK, data: { kind: 'went-back', byMs: 3_600_000, found: 'running', seen: '2026-06-20T07:00:00.000Z' } },
});

export const ClockConfirmed = defineEntry({
  type: 'clock.confirmed',
  about: ['clock'],
  tells: 'A person says that the clock of the station is right now, and why.',
  data: {
    ...{ kind: code('What had been found last.'), byMs: Type.Integer({ minimum: 0, description: 'By how much, ms.' }) },
    ...{ seen: time(), doubt: count('Number of the entry that told of it.') },
  },
  personal: { words: words('What was found to be the cause.') },
  example: {
    subject: CLOCK,
    data: { kind: 'went-back', byMs: 3_600_000, seen: '2026-06-20T07:00:00.000Z', doubt: 1233 },
    personal: { words: 'battery of the mainboard was flat' },
  },
});

export const CLOCK_ENTRIES = [ClockDoubted, ClockConfirmed] as const;
