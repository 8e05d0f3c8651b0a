import { PageQuery, pageOf } from '#api/common';
import { InvitationJson, InviteBody, RevokedJson, WorkerJson, WorkerParams } from '#api/workers';
import { inviteWorker, listWorkers, revokeWorker, type WorkerView } from '#desk/worker-keys';
import { INVITATION_FORM } from '#domain/invitation';
import { pageOfHeld as page } from '#serve/pages';
import { Presenter } from '#serve/present';
import { command, query, type Route } from '#serve/route';

export const workerRoutes: readonly Route[] = [
  query({
    url: '/api/v1/workers',
    needs: 'administer',
    reads: 'station',
    summary: 'Other hosts that may take work, or might once, by name',
    schema: { querystring: PageQuery, response: pageOf(WorkerJson) },
    handle: async ({ deps }, { query }) => {
      const presenter = new Presenter(deps.facts.timezone);
      const rows = await listWorkers(deps);
      const show = ({ invitedAtMs, revokedAtMs, name, keySha256, running, heardSecondsAgo }: WorkerView) => ({
        ...{ name, keySha256, running, heardSecondsAgo },
        invitedAt: presenter.time(invitedAtMs),
        revokedAt: presenter.timeOrNull(revokedAtMs),
      });
      return page({ list: 'workers', query, rows, keyOf: ({ name }) => name, show });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/workers',
    needs: 'administer',
    reads: 'station',
    summary: 'Makes a key for a worker; it is shown in this answer and never again',
    custody: ['worker.invited'],
    secret: true,
    schema: { body: InviteBody, response: InvitationJson },
    handle: async ({ deps }, { body, actor }) => ({ form: INVITATION_FORM, ...(await inviteWorker(deps, { ...body, actor })) }),
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/workers/:name',
    needs: 'administer',
    reads: 'station',
    summary: 'The key of the worker is good no more; what it holds waits again',
    custody: ['worker.revoked'],
    schema: { params: WorkerParams, response: RevokedJson },
    handle: ({ deps }, { params, actor }) => revokeWorker(deps, { name: params.name, actor }),
  }),
];
