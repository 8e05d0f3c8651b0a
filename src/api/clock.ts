import Type, { type Static } from 'typebox';
import { CLOCK_KINDS } from '#domain/clock/clock-state';
import { closed, nullable, oneOf } from './common.ts';

export const ClockJson = Type.Object({
  state: oneOf(
    CLOCK_KINDS,
    '`steady`; `went-back` or `jumped`: it was found to be so, and nobody has confirmed it since. Then nothing is disposed of.',
  ),
  byMs: nullable.integer('By how much it went back or jumped, ms.'),
  seenAt: nullable.text('When that was found, by the clock that is in doubt: UTC, with ms. A confirmation names it.'),
  now: Type.String({ description: 'What the clock of the station shows.' }),
  limitSeconds: Type.Integer({ description: 'Setting `clock.limit`.' }),
});

const WORDS_MAX = 500;
export const ConfirmClockBody = closed({
  seenAt: Type.String({ maxLength: 40, description: '`seenAt` of the finding that is confirmed.' }),
  words: Type.String({ minLength: 1, maxLength: WORDS_MAX, description: 'What was found to be the cause. It is kept in the custody log.' }),
});

export type ClockAnswer = Static<typeof ClockJson>;
