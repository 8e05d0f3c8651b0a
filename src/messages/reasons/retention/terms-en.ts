/** Reasons of the terms of recordings: versions of the schedule, their adoption, corrections. */
export const termsEn = {
  'no-schedule-version': 'version {version} of the retention schedule',
  'schedule-decided': 'version {version} of the retention schedule does not wait for that any more',
  'schedule-own': 'version {version} of the retention schedule was proposed by {who}; another person adopts it',
  'schedule-same': 'the retention schedule that is sent is the one in force, version {version}',
  'schedules-waiting': '{count} proposals of a retention schedule wait already; adopt, refuse or withdraw one first',
  'schedule-waits': 'version {version} of the retention schedule was adopted and waits until {at}; withdraw it first, or wait',
  'schedule-older': 'version {version} is older than version {newer}, which was adopted meanwhile; propose it once more',
  'schedule-no-dry-run': 'version {version} of the retention schedule has had no dry run; run one and read what it says',
  'schedule-digest': 'the dry run of version {version} has another digest than {wanted}: read the dry run once more',
  'schedule-result-changed':
    'the kept result of the dry run of version {version} is not the one that its digest was made of; run it once more',
  'schedule-dry-run-old':
    'the dry run of version {version} is {days} {days:day old|days old}, and {limit} at most are allowed; run it once more',
  'schedule-against': 'version {version} was compared with another version than the one in force now; run its dry run once more',
  'dry-run-busy': 'another dry run is under way; wait for it or cancel it',
  'dry-run-cancelled': 'the dry run was cancelled; nothing of it was kept',
  'no-term': 'a term of recording {recording}: no schedule was adopted yet, or it was not counted yet',
  'no-correction': 'correction {number}',
  'correction-decided': 'correction {number} does not wait for a decision any more',
  'correction-own': 'correction {number} was proposed by {who}; another person decides',
  'correction-locked': 'recording {recording} is locked in the archive until {at}; no correction touches what is locked',
  'correction-locked-for-good': 'recording {recording} is locked in the archive without end; no correction touches what is locked',
  'corrections-waiting': 'a correction of recording {recording} waits already',
  'clock-not-steady': 'the clock went back or jumped, and nobody has confirmed it yet; until then no schedule comes into force',
  'earned-to-day':
    'kept at least to the end of {day}: it has earned more than the schedule asks today, by rule {rule} of version {version} ({title})',
  'earned-for-good': 'kept for good: it has earned more than the schedule asks today, by rule {rule} of version {version} ({title})',
  'earned-waits':
    'kept without end for now: it has earned more than the schedule asks today, by rule {rule} of version {version} ({title}), which waits for its case',
  'term-basis': 'counted on as it was known under version {version}: category {category}, cases {cases}',
  'term-before-force': 'no schedule is in force yet, so nothing is due; the adopted one lengthens terms already',
  'term-adopted': 'version {version} is adopted and waits; it lengthens terms already and shortens none',
  'term-corrected': 'its term was corrected {count} {count:time|times} by two persons',
  'term-stale': 'something has changed and is being counted; until then nothing can be disposed of',
} as const;
