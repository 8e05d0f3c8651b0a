import Type from 'typebox';
import { InvitationJson, InviteBody, RevokedJson, WorkerJson, WorkerParams } from '#api/workers';
import { inviteWorker, listWorkers, revokeWorker } from '#desk/worker-keys';
import { Presenter } from './present.ts';
import { type Route, route } from './route.ts';

export const workerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/workers',
    access: 'viewer',
    summary: 'Other hosts that may take work, or might once',
    custody: null,
    schema: { response: Type.Array(WorkerJson) },
    handle: async ({ deps }) => {
      const presenter = new Presenter(deps.facts.timezone);
      return (await listWorkers(deps)).map(({ invitedAtMs, revokedAtMs, name, keySha256, running }) => ({
        ...{ name, keySha256, running },
        invitedAt: presenter.time(invitedAtMs),
        revokedAt: presenter.timeOrNull(revokedAtMs),
      }));
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/workers',
    access: 'operator',
    summary: 'Makes a key for a worker; it is shown in this answer and never again',
    custody: 'worker.invited',
    schema: { body: InviteBody, response: InvitationJson },
    handle: ({ deps }, { body, actor }) => inviteWorker(deps, { ...body, actor }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/workers/:name/revoke',
    access: 'operator',
    summary: 'The key of the worker is good no more; what it holds waits again',
    custody: 'worker.revoked',
    schema: { params: WorkerParams, response: RevokedJson },
    handle: ({ deps }, { params, actor }) => revokeWorker(deps, { name: params.name, actor }),
  }),
];
