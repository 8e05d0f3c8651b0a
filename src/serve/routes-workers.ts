import { pageOf } from '#api/common';
import { InvitationJson, InviteBody, RevokedJson, WorkerJson, WorkerParams } from '#api/workers';
import { inviteWorker, listWorkers, revokeWorker } from '#desk/worker-keys';
import { Presenter } from './present.ts';
import { command, query, type Route } from './route.ts';

export const workerRoutes: readonly Route[] = [
  query({
    url: '/api/v1/workers',
    needs: 'viewer',
    summary: 'Other hosts that may take work, or might once',
    schema: { response: pageOf(WorkerJson) },
    handle: async ({ deps }) => {
      const presenter = new Presenter(deps.facts.timezone);
      const items = (await listWorkers(deps)).map(({ invitedAtMs, revokedAtMs, name, keySha256, running, heardSecondsAgo }) => ({
        ...{ name, keySha256, running, heardSecondsAgo },
        invitedAt: presenter.time(invitedAtMs),
        revokedAt: presenter.timeOrNull(revokedAtMs),
      }));
      // There are as many as a person has invited by hand.
      return { items, next: null };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/workers',
    needs: 'operator',
    summary: 'Makes a key for a worker; it is shown in this answer and never again',
    custody: ['worker.invited'],
    schema: { body: InviteBody, response: InvitationJson },
    handle: ({ deps }, { body, actor }) => inviteWorker(deps, { ...body, actor }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/workers/:name/revoke',
    needs: 'operator',
    summary: 'The key of the worker is good no more; what it holds waits again',
    custody: ['worker.revoked'],
    schema: { params: WorkerParams, response: RevokedJson },
    handle: ({ deps }, { params, actor }) => revokeWorker(deps, { name: params.name, actor }),
  }),
];
