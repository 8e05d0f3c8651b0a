import { PageQuery, pageOf as pageSchema } from '#api/common';
import { OwnDockingJson } from '#api/doors';
import { ownDockings } from '#desk/doors/kiosk-visits';
import { presentDocking } from '#serve/own-dockings';
import { pageOf } from '#serve/pages';
import { Presenter } from '#serve/present';
import { query, type Route } from '#serve/route';

export const ownRoutes: readonly Route[] = [
  query({
    url: '/api/v1/own/dockings',
    needs: 'see-slots',
    // Whoever sees more, as in a unit, asks here for what is theirs.
    reads: 'station',
    summary: 'Dockings of one’s own recorders, newest first: how far each is, nothing of its footage',
    schema: { querystring: PageQuery, response: pageSchema(OwnDockingJson) },
    handle: async ({ deps: { ledger, facts } }, { query: asked, principal: { asker } }) => {
      const show = presentDocking(new Presenter(facts.timezone));
      const own = ledger.within({ officers: asker.officer === null ? [] : [asker.officer], units: [], cases: [], recordings: [] });
      const read = (page: { limit: number; after?: string }) => ownDockings(own, asker.id, page);
      return pageOf({ list: 'own-dockings', query: asked, read, keyOf: ({ docking }) => docking.id, show });
    },
  }),
];
