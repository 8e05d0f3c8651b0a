import type { DeskDeps } from '#desk/deps';
import { whoIs } from '#desk/sign-in/who-is';
import { DEFAULT_TASKS, tasksOf } from '#domain/access/tasks';
import { subject } from '#domain/custody/subject';
import { requestRefused } from '#events';
import { decideFor, scopeFor } from './decide-for.ts';
import type { Gatekeeper, Refusal } from './gatekeeper.ts';

/** Decides by what the station knows of people, policy and grants. */
export function stationGatekeeper(deps: DeskDeps): Gatekeeper {
  return {
    whoIs: (credentials) => whoIs(deps, credentials),
    tasksOf: (roles) => tasksOf(roles, { ...DEFAULT_TASKS, ...deps.access.policy().tasks }),
    scopeFor: (asker, from) => scopeFor(deps, asker, from),
    decideFor: (asker, action, recordingId, from) => decideFor(deps, asker, action, recordingId, from),
    purposes: () => deps.access.policy().purposes,
    refused: (refusal) => refused(deps, refusal),
  };
}

async function refused(deps: DeskDeps, { actor, name, asker, address, agent, route, wanted, by }: Refusal): Promise<void> {
  requestRefused(deps.log, { route, by });
  const user = actor.kind === 'user' || actor.kind === 'token' ? asker.id : null;
  const viewer = { actor, user, name, roles: asker.roles, officer: asker.officer, unit: asker.unit, address, agent };
  const ofRecording = 'recording' in wanted;
  // A recording that the ledger does not have is no subject of an entry.
  const known = ofRecording && (await deps.ledger.recordings.get(wanted.recording)) !== null;
  await deps.deeds.refused({
    ...{ viewer, route, rule: by },
    action: ofRecording ? wanted.action : wanted.task,
    about: known ? subject('recording', wanted.recording) : null,
    policy: deps.access.policy().version,
  });
}
