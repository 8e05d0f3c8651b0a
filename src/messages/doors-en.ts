/** Texts about ways in beside the password, in English. */
export const doorsEn = {
  'custody.token.added': 'a token was made for user {owner}, good until {until}: {scopes}',
  'custody.token.revoked': 'the token of user {owner} is good no more ({why})',
  'custody.kiosk.code-made': 'a pairing code for kiosk {name} was shown, good until {until}',
  'custody.kiosk.paired': 'a browser was paired as kiosk {name}',
  'custody.kiosk.code-refused': 'a wrong pairing code came from {address}',
  'custody.kiosk.revoked': 'the pairing of kiosk {name} was revoked',
  'custody.kiosk.visited': 'came to kiosk {kiosk} by {by}',
  'custody.kiosk.visit-refused': 'a {by} was refused at the kiosk',
  'custody.pin.set': 'chose a PIN for kiosks',
  'custody.pin.removed': 'the PIN for kiosks was removed',
  'custody.badge.assigned': 'was given the badge that ends in {ending}',
  'custody.badge.removed': 'the badge that ends in {ending} was removed',
  'custody.docking.confirmed': 'user {user} confirmed at kiosk {kiosk} how the docking stands',
} as const;
