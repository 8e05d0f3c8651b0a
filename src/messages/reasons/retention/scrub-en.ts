/** Reasons of the reading again on a schedule, in English. */
export const scrubReasonsEn = {
  'no-scrub-place': 'place: nothing is kept in {place}; vault, or the name of the archive',
  'scrub-place': '{place}: {count} {count:original|originals}, each within {days} days',
  'scrub-none': '{place}: nothing yet',
  'scrub-off': 'nothing is read again on a schedule (scrub.on)',
  'scrub-halted': '{place}: healing is stopped since {at}, because too many copies were bad in a day',
  'scrub-faults': '{place}: {count} {count:copy is|copies are} bad or cannot be read',
  'scrub-overdue': '{place}: {count} {count:original was|originals were} not read within {days} days',
  'scrub-too-slow': '{place}: with this scrub.bandwidth a round takes {round} days',
  'scrub-paused': '{place}: paused',
  'mend-scrub': 'evidock scrub show tells more; docs/operations.md, "When a copy is bad", says what to do',
} as const;
