import { PageQuery, pageOf as pageSchema } from '#api/common';
import { OwnDockingJson } from '#api/doors';
import { type OwnDocking, ownDockings } from '#desk/doors/kiosk-visits';
import type { LedgerReader } from '#ports/ledger';
import { pageOf } from '#serve/pages';
import { Presenter } from '#serve/present';
import { query, type Route } from '#serve/route';
import { presentDocking } from '#serve/slots/own-dockings';

/** Dockings that are looked through for one page: whoever sees a whole unit has few of their own among them. */
const LOOKED_MAX = 1000;

export const ownRoutes: readonly Route[] = [
  query({
    url: '/api/v1/own/dockings',
    needs: 'see-slots',
    summary: 'Dockings of one’s own recorders, newest first: how far each is, nothing of its footage',
    schema: { querystring: PageQuery, response: pageSchema(OwnDockingJson) },
    handle: async ({ deps: { facts } }, { query: asked, principal: { asker }, seen }) => {
      const show = presentDocking(new Presenter(facts.timezone));
      const read = (page: { limit: number; after?: string }) => dockingsOf(seen, asker, page);
      return pageOf({ list: 'own-dockings', query: asked, read, keyOf: ({ docking }) => docking.id, show });
    },
  }),
];

/** Of what somebody sees, the dockings that brought recordings of their own. */
async function dockingsOf(
  seen: LedgerReader,
  { id, officer }: { readonly id: string; readonly officer: string | null },
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<readonly OwnDocking[]> {
  if (officer === null) return [];
  const own: OwnDocking[] = [];
  let last = after;
  for (let looked = 0; own.length < limit && looked < LOOKED_MAX; ) {
    const found = await ownDockings(seen, id, { limit, ...(last === undefined ? {} : { after: last }) });
    for (const each of found) {
      const recordings = await seen.recordings.list({ officerId: officer, dockingId: each.docking.id, limit: 1 });
      if (recordings.length > 0 && own.length < limit) own.push(each);
    }
    if (found.length < limit) break;
    looked += found.length;
    last = found.at(-1)?.docking.id;
  }
  return own;
}
