import { ChangedJson } from '#api/live';
import { changeEvents } from '#serve/live/change-events';
import { events, type Route } from '#serve/route';

export const liveRoutes: readonly Route[] = [
  events({
    url: '/api/v1/changes',
    needs: 'own-account',
    summary: 'Server-sent events: `changed` when something was changed, with what it was of and nothing more',
    schema: { events: { changed: ChangedJson } },
    handle: async ({ deps, streams }, { stillHolds, signal }) => changeEvents(deps, streams, { stillHolds, signal }),
  }),
];
