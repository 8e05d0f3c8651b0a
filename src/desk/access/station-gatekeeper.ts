import type { Refused } from '#desk/audit/deeds';
import type { DeskDeps } from '#desk/deps';
import { whoIs } from '#desk/sign-in/who-is';
import { tasksOf } from '#domain/access/tasks';
import { subject } from '#domain/custody/subject';
import { decideFor, scopeFor } from './decide-for.ts';
import type { Gatekeeper, Refusal } from './gatekeeper.ts';

/** Decides by what the station knows of people, policy and grants. */
export function stationGatekeeper(deps: DeskDeps): Gatekeeper {
  const { access, deeds } = deps;
  return {
    whoIs: (credentials) => whoIs(deps, credentials),
    tasksOf: (roles) => tasksOf(roles, access.policy().tasks),
    scopeFor: (asker, from) => scopeFor(deps, asker, from),
    decideFor: (asker, action, recordingId, from) => decideFor(deps, asker, action, recordingId, from),
    purposes: () => access.policy().purposes,
    refused: async (refusal) => deeds.refused(await refusedOf(deps, refusal)),
    usedSocket: (actor, route) => deeds.usedSocket(actor, route),
  };
}

/** A recording that whoever asked may not see is named too, because others ask who tried. One that never was is no subject of an entry. */
async function refusedOf({ ledger, access }: DeskDeps, { viewer, route, wanted, by }: Refusal): Promise<Refused> {
  const policy = access.policy().version;
  if ('task' in wanted) return { viewer, route, action: wanted.task, about: null, tried: wanted.tried || null, rule: by, policy };
  const known = (await ledger.recordings.get(wanted.recording)) !== null;
  const about = known ? subject('recording', wanted.recording) : null;
  return { viewer, route, action: wanted.action, about, tried: known ? null : wanted.recording, rule: by, policy };
}
