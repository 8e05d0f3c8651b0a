/** Texts about the clock of the station itself, in English. */
export const clockEn = {
  'check.clock steady': 'clock steady',
  'custody.clock.doubted': 'the clock of the station is in doubt ({kind}, by {byMs} ms, found: {found})',
  'custody.clock.confirmed': 'the clock of the station was confirmed to be right ({kind}, by {byMs} ms): {words}',
  'clock.about': 'The clock of the station itself: whether it went back or jumped',
  'clock.show.about': 'Show the clock, and whether it is in doubt',
  'clock.confirm.about': 'Say that the clock is right now; stands in the custody log',
  'clock.opt.words': 'what was found to be the cause',
  'clock.opt.seen': 'time of the finding that is meant, as `clock show --json` tells it; left out: the last one',
  'clock.now': 'The clock shows {now}.',
  'clock.steady': 'It is steady: nothing speaks against it.',
  'clock.went-back':
    'It went back by {by}, found when it showed {seen}. Until somebody confirms it (`evidock clock confirm`), nothing is disposed of.',
  'clock.jumped':
    'It jumped ahead by {by}, found when it showed {seen}. Until somebody confirms it (`evidock clock confirm`), nothing is disposed of.',
  'clock.confirmed': 'Confirmed.',
  'clock-kind.steady': 'steady',
  'clock-kind.went-back': 'in doubt: it went back',
  'clock-kind.jumped': 'in doubt: it jumped',
} as const;
