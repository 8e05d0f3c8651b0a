/** Reasons of call-up: requests, grants, notices. */
export const callUpEn = {
  'no-call-up': 'request {id}',
  'no-grant': 'grant {id}',
  'no-notice': 'notice {id}',
} as const;
