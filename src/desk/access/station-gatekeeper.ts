import type { DeskDeps } from '#desk/deps';
import { whoIs } from '#desk/sign-in/who-is';
import { tasksOf } from '#domain/access/tasks';
import { requestRefused } from '#events';
import { decideFor, scopeFor } from './decide-for.ts';
import type { Gatekeeper } from './gatekeeper.ts';

/** Decides by what the station knows of people, policy and grants. */
export function stationGatekeeper(deps: DeskDeps): Gatekeeper {
  return {
    whoIs: (credentials) => whoIs(deps, credentials),
    tasksOf: (roles) => tasksOf(roles, deps.access.policy().tasks),
    scopeFor: (asker, from) => scopeFor(deps, asker, from),
    decideFor: (asker, action, recordingId, from) => decideFor(deps, asker, action, recordingId, from),
    purposes: () => deps.access.policy().purposes,
    refused: async ({ route, by }) => requestRefused(deps.log, { route, by }),
  };
}
