/** Reasons of duties. */
export const dutyReasonsEn = {
  'notice-duty-overdue': 'A duty of yours is overdue',
  'notice-duties-digest': 'Duties of yours are overdue',
  'duties-open': '{count} {count:thing|things} to see to',
  'duties-overdue': '{count} overdue',
  'mend-duties': 'evidock duties list --overdue; see to the cause, or acknowledge with a reason',
  'no-duty': 'duty {id}',
  'duty-reason-needed': 'reason: say why',
  'duty-is-done': 'duty {id} is done: its cause is gone',
  'duty-needs-end': 'until: say when it is to come back, within {limit} days; only what has happened is answered for good',
  'duty-end-outside': 'until: a time to come, within {limit} days',
} as const;
