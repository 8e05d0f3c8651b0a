import { NetworkJson } from '#api/network';
import { Presenter } from '#serve/present';
import { query, type Route } from '#serve/route';

export const networkRoutes: readonly Route[] = [
  query({
    url: '/api/v1/network',
    needs: 'see-health',
    reads: 'station',
    summary: 'How the listener is reached: the certificate in force, and why a newer one is not',
    schema: { response: NetworkJson },
    handle: async ({ deps }) => {
      const tls = deps.tls();
      if (tls === null) return { tls };
      const { sha256, notAfterMs, refused } = tls;
      return { tls: { sha256, notAfter: new Presenter(deps.facts.timezone).time(notAfterMs), refused } };
    },
  }),
];
