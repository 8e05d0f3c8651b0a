import { pageOf } from '#api/common';
import { RightsJson, RightsQuery } from '#api/rights';
import { decideFor } from '#desk/access/decide-for';
import { ACTIONS, type Action, type Effect } from '#domain/access/policy';
import { TASK_OF } from '#domain/access/task-of';
import type { Principal } from '#serve/principal';
import { query, type Route } from '#serve/route';

/** Decides nothing by itself about a hand in somebody else's request. */
const ASKED: readonly Action[] = ACTIONS.filter((action) => action !== 'approve');

export const rightsRoutes: readonly Route[] = [
  query({
    url: '/api/v1/rights',
    needs: 'find-footage',
    summary: 'What who asks may do with these recordings now; those that they may not see are left out',
    schema: { querystring: RightsQuery, response: pageOf(RightsJson) },
    handle: async ({ deps }, { query: { recording }, principal, seen }) => {
      const items = [];
      for (const id of new Set(recording)) {
        if ((await seen.recordings.get(id)) === null) continue;
        const effectOf = async (action: Action): Promise<Effect> => {
          if (!mayAsk(principal, action)) return 'refuse';
          // Over the control socket no policy is asked (leave.ts).
          if (principal.kind === 'cli') return 'allow';
          return (await decideFor(deps, principal.asker, action, id, { address: principal.address })).effect;
        };
        items.push({ recording: id, can: await Promise.all(ASKED.map(async (action) => ({ action, effect: await effectOf(action) }))) });
      }
      return { items, next: null };
    },
  }),
];

function mayAsk({ tasks, actions }: Principal, action: Action): boolean {
  return tasks.has(TASK_OF[action]) && (actions === null || actions.has(action));
}
