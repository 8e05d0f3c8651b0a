/** Reasons of duties. */
export const dutyReasonsEn = {
  'no-duty': 'duty {id}',
  'duty-reason-needed': 'reason: say why',
  'duty-is-done': 'duty {id} is done: its cause is gone',
  'duty-needs-end': 'until: say when it is to come back, within {limit} days; only what has happened is answered for good',
  'duty-end-outside': 'until: a time to come, within {limit} days',
} as const;
