/** Reasons of ways in beside the password; `{name}` is a parameter. */
export const doorsEn = {
  'no-token': 'token {token}',
  'no-kiosk': 'kiosk {kiosk}',
  'badge-taken': 'the badge that ends in {ending} belongs to somebody else',
} as const;
