import type { DeskDeps } from '#desk/deps';
import { whoIs } from '#desk/sign-in/who-is';
import { DEFAULT_TASKS, tasksOf } from '#domain/access/tasks';
import { requestRefused } from '#events';
import type { Gatekeeper } from './gatekeeper.ts';

/** Decides by what the station knows of people, policy and grants. */
export function stationGatekeeper(deps: DeskDeps): Gatekeeper {
  return {
    whoIs: (credentials) => whoIs(deps, credentials),
    tasksOf: (roles) => tasksOf(roles, DEFAULT_TASKS),
    // Until a policy is in force nothing is seen and everything is refused.
    scopeFor: async () => ({ officers: [], units: [], cases: [], recordings: [] }),
    decideFor: async () => ({ effect: 'refuse', by: 'no-rule', matched: [], approval: null, policy: 0, grants: [], shown: null }),
    purposes: () => [],
    refused: async ({ route, by }) => requestRefused(deps.log, { route, by }),
  };
}
