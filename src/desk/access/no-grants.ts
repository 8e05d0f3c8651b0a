import type { GrantsInForce } from './decide-for.ts';

/** For a station on which nothing was ever granted. */
export const NO_GRANTS: GrantsInForce = {
  grantsCovering: async () => [],
  grantedTo: async () => ({ cases: [], recordings: [] }),
};
