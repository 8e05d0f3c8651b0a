/** Texts of the reading again on a schedule, in English. */
export const scrubEn = {
  'custody.copy.corrupt': 'the copy in {place} is not what was sealed: {key}: {found}',
  'custody.copy.healed': '{place} holds the sealed bytes again: {key} (from: {from})',
  'custody.copy.none-good': 'NO PLACE HOLDS WHAT WAS SEALED; what is left in {place} stays: {key}',
  'custody.scrub.halted':
    '{faults} bad {faults:copy|copies} in {place} within a day, {limit} may be: nothing is healed there until a person confirms',
  'custody.scrub.ordered': 'reading again of {place}: {order}',
  'check.reading again': 'reading again',
  'scrub.about': 'Read everything that is kept again, and heal what is bad',
  'scrub.show.about': 'How far vault and archive are read again, what is overdue, what is bad',
  'scrub.run.about': 'Read at once what was not read since now',
  'scrub.pause.about': 'Stop reading a place again until it is resumed',
  'scrub.resume.about': 'Go on reading a place again',
  'scrub.confirm.about': 'The faults of a place were looked at: healing may go on there',
  'scrub.opt.place': 'vault, or the name of the archive (s3, disk)',
  'scrub.run.done': 'Everything in {place} is read again, as fast as scrub.bandwidth allows.',
  'scrub.pause.done': 'Nothing in {place} is read again until `evidock scrub resume`.',
  'scrub.resume.done': 'Reading again of {place} goes on.',
  'scrub.confirm.done': 'Confirmed. What is bad in {place} is healed where another place has a good copy.',
  'scrub.off': 'Nothing is read again on a schedule: scrub.on is false.',
  'scrub.place':
    '{place}: {items} {items:original|originals}, {bytes}; each within {days} days, a round takes {round} days; oldest check {oldest}',
  'scrub.overdue': '  OVERDUE: {count} {count:original was|originals were} not read within {days} days',
  'scrub.too-slow': '  TOO SLOW: with this scrub.bandwidth a round takes {round} days',
  'scrub.paused': '  paused',
  'scrub.faults': '  {count} {count:copy is|copies are} bad or cannot be read',
  'scrub.halted':
    '  HEALING IS STOPPED since {at}: too many bad copies in a day. Look at the disk, then: evidock scrub confirm --place {place}',
} as const;
