/** Reasons of how long recordings are kept: schedules, terms, days off. */
export const retentionEn = {
  'holidays-missing': 'the days off of {year} are not known: terms of working days that end in that year wait',
  'holidays-next-missing':
    'the days off of {year} should be published by now and are not known here: put them into a file {year}.yaml (config/holidays/README.md)',
  'term-unreadable':
    '{value} is no term: write P6M, P1Y6M, P30D, P2W (ISO 8601, whole days, at most 100 years), 20 working-days or permanent',
  'schedule-rule-twice': 'rule {rule} stands here a second time',
  'schedule-no-term': 'rule {rule} sets no minimum and no maximum; where nobody has found the term yet, say so (source.status: missing)',
  'schedule-term-without-source':
    'rule {rule} has a term, and its source is missing: write where the term comes from (found), or that the agency has decided it (policy)',
  'schedule-never-ends': 'rule {rule} never begins to count, so only the minimum permanent can stand there',
  'schedule-maximum-permanent': 'rule {rule}: a maximum without end is none; leave it out',
  'schedule-maximum-under-minimum': 'rule {rule}: its maximum is shorter than its minimum',
  'schedule-case-needed': 'rule {rule} counts from what happens in a case, and matches only what has none',
  'schedule-minimum-of-unmarked':
    'rule {rule} would keep only what has no case or no mark, so that a case or a mark would shorten it; it can only have a maximum',
  'schedule-lock-modes-differ': 'rule {rule} wants another mode of lock than the rules before it: one bucket has one mode',
  'schedule-day-unreadable': 'rule {rule}: the day on which its source was checked must be written like 2026-11-26',
  'schedule-region-unreadable': 'a region must be written as in ISO 3166, like CN-33 or CN',
  'schedule-no-default':
    'no rule keeps every recording: one has to match all (an empty match), with a minimum that does not wait for a case',
  'holiday-day-unreadable': '{day} is no day: write 2027-01-01, or 2027-10-01/2027-10-07 for several in a row',
  'holiday-span-backwards': '{day} ends before it begins',
  'holiday-day-of-other-year': '{day} does not belong to this year, nor to the last week before it',
  'holiday-day-off-and-on': '{day} is a day off and a working day',
  'holiday-workday-of-week': '{day} is no Saturday or Sunday, so work is done on it anyway: another day may be meant',
  'holiday-year-of-file': 'the file is called {file} and is about {year}',
  'holidays-too-many': 'there are more than {limit} files of days off in {directory}',
  'holidays-unreadable': '{file} cannot be read as days off',
  'dry-run-ended': 'the thread of the dry run ended without a result',
} as const;
