/** Reasons about looks and the audit, in English. */
export const auditReasonsEn = {
  'look-unknown': '{look}: no such look is open in this session',
  'clock-steady': 'it neither went back nor jumped',
  'clock-went-back': 'it went back by {seconds} s, found at {at}, and nobody confirmed it since',
  'clock-jumped': 'it jumped ahead by {seconds} s, found at {at}, and nobody confirmed it since',
  'clock-found-since': 'the clock has changed again, or somebody else confirmed it; look at it once more',
  'mend-clock-steady': 'find out what set the clock, set it right, and confirm it: evidock clock confirm',
} as const;
