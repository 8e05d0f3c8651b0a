/** Reasons of legal holds. */
export const holdReasonsEn = {
  'no-hold': 'hold {id}',
  'no-hold-in-force': 'hold {id} is not in force',
  'hold-names-nothing': 'name at least one of case, recordings, officer, recorder, unit, span',
  'hold-span': 'to: after from, and both or neither',
  'hold-many-recordings': 'recordings: {limit} at most; set several holds, or hold an officer, a recorder or a span',
  'hold-reason-needed': 'reason: say why',
  'hold-review-outside': 'review: a time to come, within {limit} days',
  'hold-beyond-leave':
    'the policy lets you hold only a part of that: narrow it to a unit, an officer or recordings that you may hold, or ask an auditor',
  'hold-beyond-sight':
    'this would hold footage beyond your sight: narrow it to a unit, an officer or recordings that you see, or ask an auditor',
  'hold-own': 'hold {id} was set by you: somebody else releases it',
  'hold-of-others': 'hold {id} is for footage beyond your sight too: an auditor releases it',
  'held-by': 'recording {recording} is under a legal hold: {names}',
  'hold-storage-cannot': 'this archive cannot hold single objects: the ledger alone holds',
  'hold-version-unknown': '{key}: the station does not know its version yet',
  'hold-no-copy': 'nothing of it is in the archive yet',
  'hold-no-archive': 'no archive is configured: the ledger alone holds',
  'hold-differs': '{key}: the archive tells another hold than it was given',
} as const;
