/** Reasons of how long recordings are kept: schedules, terms, days off. */
export const retentionEn = {
  'holidays-missing': 'the days off of {year} are not known: terms of working days that end in that year wait',
  'holidays-next-missing':
    'the days off of {year} should be published by now and are not known here: put them into a file {year}.yaml (config/holidays/README.md)',
} as const;
