/** Texts of retention schedules, dry runs, and terms, in English. */
export const retentionTermsEn = {
  'custody.retention.proposed': 'retention schedule proposed; SHA-256 {sha256}',
  'custody.retention.dry-run':
    'dry run of the schedule, compared with version {against}: {recordings} {recordings:recording|recordings}, {longer} kept longer, {notKept} no longer asked for, {disposable} could be disposed of; digest {digest}',
  'custody.retention.adopted':
    'retention schedule adopted by a second person; before it version {against}; in force from {inForceAt}; digest {digest}',
  'custody.retention.in-force': 'retention schedule in force from now on; before it version {against}',
  'custody.retention.refused': 'retention schedule refused: {reason}',
  'custody.retention.withdrawn': 'retention schedule taken back: {reason}',
  'custody.retention.counted': 'term counted anew',
  'custody.retention.correction-proposed': 'correction {correction} of the term proposed: {reason}',
  'custody.retention.corrected': 'correction {correction} of the term approved by a second person',
  'custody.retention.correction-refused': 'correction {correction} of the term refused',
} as const;
