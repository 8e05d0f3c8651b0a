/** Texts of the reading again on a schedule, in English. */
export const scrubEn = {
  'custody.copy.corrupt': 'the copy in {place} is not what was sealed: {key}: {found}',
  'custody.copy.healed': '{place} holds the sealed bytes again, from {from}: {key}',
  'custody.copy.none-good': 'NO PLACE HOLDS WHAT WAS SEALED; what is left in {place} stays: {key}',
  'custody.scrub.halted':
    '{faults} bad {faults:copy|copies} in {place} within a day, {limit} may be: nothing is healed there until a person confirms',
  'custody.scrub.ordered': 'reading again of {place}: {order}',
} as const;
