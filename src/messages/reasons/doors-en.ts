/** Reasons of ways in beside the password; `{name}` is a parameter. */
export const doorsEn = {
  'no-token': 'token {token}',
  'no-kiosk': 'kiosk {kiosk}',
  'badge-taken': 'the badge that ends in {ending} belongs to somebody else',
  'oidc-not-private': '{address} is neither on this machine nor reached over TLS',
  'oidc-status': 'it answered {status}',
  'oidc-too-large': 'its answer is larger than {size}',
  'oidc-silent': 'it did not answer in time',
  'oidc-many': '{limit} sign-ins are being checked',
  'oidc-refused': '{text}',
} as const;
