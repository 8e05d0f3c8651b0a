import type { Refused } from '#desk/deeds';
import type { DeskDeps } from '#desk/deps';
import { whoIs } from '#desk/sign-in/who-is';
import { tasksOf, taskTable } from '#domain/access/tasks';
import { subject } from '#domain/custody/subject';
import { decideFor, scopeFor } from './decide-for.ts';
import type { Gatekeeper, Refusal } from './gatekeeper.ts';

/** Decides by what the station knows of people, policy and grants. */
export function stationGatekeeper(deps: DeskDeps): Gatekeeper {
  const { access, deeds } = deps;
  return {
    whoIs: (credentials) => whoIs(deps, credentials),
    tasksOf: (roles) => tasksOf(roles, taskTable(access.policy().tasks)),
    scopeFor: (asker, from) => scopeFor(deps, asker, from),
    decideFor: (asker, action, recordingId, from) => decideFor(deps, asker, action, recordingId, from),
    purposes: () => access.policy().purposes,
    refused: (refusal) => deeds.refused(refusedOf(refusal, access.policy().version)),
    usedSocket: (actor, route) => deeds.usedSocket(actor, route),
  };
}

/** What is not seen is put on record without its id, which may be that of nothing: the log tells no more than the answer did. */
function refusedOf({ viewer, route, wanted, by }: Refusal, policy: number): Refused {
  const action = 'task' in wanted ? wanted.task : wanted.action;
  const about = 'recording' in wanted && by !== 'not-seen' ? subject('recording', wanted.recording) : null;
  return { viewer, route, action, about, rule: by, policy };
}
