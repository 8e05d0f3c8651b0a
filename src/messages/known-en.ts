/** Texts about known files and their re-check, in English. */
export const knownEn = {
  'recheck.anytime': 're-check {done}/{files}, may be undocked at any time',
  'recheck.running': 're-check {done}/{files}',
  'recheck.ended': 're-checked {done}/{files}',
  'phase.rechecking': 'comparing known files whole',
  'ingest.rechecking': 're-check {done}/{files}: known files are compared whole',
} as const;
