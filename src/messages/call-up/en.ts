/** Texts about call-up (requests, grants, notices), in English. */
export const callUpEn = {
  'custody.request.asked': 'call-up asked for: {target}; {actions}; purpose {purpose}; until {until}; {words}',
  'custody.request.decided': 'request decided: {state}; {words}',
  'custody.request.withdrawn': 'request withdrawn: {state}',
  'custody.request.confirmed': 'urgent access judged afterwards, confirmed: {confirmed}; {words}',
  'custody.request.ended': 'request ended: {why}',
  'custody.grant.begun': 'grant for {user}: {target}; {actions}; until {until}',
  'custody.grant.ended': 'grant ended: {why}',
};
