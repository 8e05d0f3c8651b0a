import { pageOf } from '#api/common';
import {
  DockingJson,
  DockingReportJson,
  DockingReportParams,
  DockingsQuery,
  IngestBody,
  IngestJson,
  RemovalJson,
  RemovalParams,
} from '#api/dockings';
import { DeriveAgainBody, DeriveAgainJson, JobsQuery, RetryBody, RetryJson, VerifyBody, WorkJson } from '#api/work';
import { ingestDirectory, reportDocking } from '#desk/dockings';
import { countRederive, startRederive } from '#desk/rederive';
import { retryWork } from '#desk/retry-work';
import { mustHaveRecording } from '#desk/tagging';
import { Verification, verifyRequestOf } from '#desk/verify';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { pageOf as page } from './pages.ts';
import { Presenter } from './present.ts';
import { Created, command, LinesAnswer, query, type Route } from './route.ts';

const dockingRoutes: readonly Route[] = [
  query({
    url: '/api/v1/dockings',
    needs: 'viewer',
    summary: 'Dockings, newest first',
    schema: {
      querystring: DockingsQuery,
      response: pageOf(DockingJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      return page({
        ...{ list: 'dockings', query, read: (asked) => ledger.dockings.list({ openOnly: query.open ?? false, ...asked }) },
        ...{ keyOf: ({ id }) => id, show: (docking) => presenter.docking(docking) },
      });
    },
  }),
  query({
    url: '/api/v1/dockings/:id',
    needs: 'viewer',
    summary: 'One docking: progress, what was refused, its recordings, and the work that is left for them',
    schema: {
      params: DockingReportParams,
      response: DockingReportJson,
    },
    handle: async ({ deps }, { params }) => {
      const presenter = new Presenter(deps.facts.timezone);
      const { docking, pending, ...rest } = await reportDocking(deps, params.id);
      return { ...rest, docking: presenter.docking(docking), pending: pending.map((work) => presenter.work(work)) };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/dockings',
    needs: 'operator',
    summary: 'Docks a directory of the station',
    custody: ['docking.arrived'],
    creates: true,
    schema: {
      body: IngestBody,
      response: IngestJson,
    },
    handle: async ({ deps }, { body, custody }) => {
      const { outcome: dockingId } = await custody.byStation(
        (id) => subject('docking', id),
        () => ingestDirectory(deps, body),
      );
      return new Created(`/api/v1/dockings/${dockingId}`, { dockingId });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/dockings/:id/removal',
    needs: 'operator',
    summary: 'Ends the stay of a directory that was docked by request',
    custody: ['docking.removed'],
    schema: { params: RemovalParams, response: RemovalJson },
    handle: async ({ deps }, { params: { id }, custody }) => {
      await reportDocking(deps, id);
      const { told } = await custody.byStation(
        () => subject('docking', id),
        () => deps.undock(id),
      );
      if (!told) {
        const docking = await deps.ledger.dockings.get(id);
        if (docking?.state !== 'removed' && docking?.state !== 'interrupted')
          throw new EvidockError('request.conflict', because('not-by-request', { id }));
        // It had left by itself.
        custody.unchanged();
      }
      return { dockingId: id };
    },
  }),
];

const jobRoutes: readonly Route[] = [
  query({
    url: '/api/v1/jobs',
    needs: 'viewer',
    summary: 'Work that was or is to be done',
    schema: {
      querystring: JobsQuery,
      response: pageOf(WorkJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const filter = {
        ...(query.stage === undefined ? {} : { stage: query.stage }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.recording === undefined ? {} : { recordingId: query.recording }),
      };
      return page({
        ...{ list: 'jobs', query, read: (asked) => ledger.work.list({ ...filter, ...asked }) },
        ...{ keyOf: ({ id }) => id, show: (work) => presenter.work(work) },
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/jobs/retry',
    needs: 'operator',
    summary: 'Makes failed work wait again, and hurries what backs off; `dryRun` only tells how much that would be',
    custody: null,
    schema: {
      body: RetryBody,
      response: RetryJson,
    },
    handle: async ({ deps }, { body }) => ({ retried: await retryWork(deps, body) }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/derivatives/again',
    needs: 'operator',
    summary: "Has derivatives made again by today's recipes, at the lowest priority; `count` only tells how many that would be",
    custody: ['recording.derive-again'],
    schema: {
      body: DeriveAgainBody,
      response: DeriveAgainJson,
    },
    handle: async ({ deps }, { body: { count, ...request }, actor, custody }) => {
      const sum = count ? await countRederive(deps, request) : await startRederive(deps, request, actor);
      if (count || sum.recordings === 0) custody.unchanged();
      return { ...sum, started: !count };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/verify',
    needs: 'operator',
    summary: 'Reads everything again and compares it with what was sealed; answers in lines of JSON, the last is the summary',
    custody: ['recording.verified', 'station.verified', 'fixity.checked', 'copy.withdrawn'],
    produces: 'application/x-ndjson',
    schema: {
      body: VerifyBody,
    },
    handle: async ({ deps }, { body, actor, signal }) => {
      const request = verifyRequestOf(deps, body);
      if (request.recording !== null) await mustHaveRecording(deps.ledger, request.recording);
      const verification = new Verification({ deps, request, actor, signal });
      return new LinesAnswer(verification.run(), () => verification.progress());
    },
  }),
];

export const workRoutes: readonly Route[] = [...dockingRoutes, ...jobRoutes];
