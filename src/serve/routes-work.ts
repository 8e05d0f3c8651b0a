import { Readable } from 'node:stream';
import Type from 'typebox';
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
import { asEvidockError } from '#domain/errors';
import { Presenter } from './present.ts';
import { RawAnswer, type Route, route } from './route.ts';

const HEARTBEAT_MS = 2000;

const dockingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/dockings',
    access: 'viewer',
    summary: 'Dockings, newest first',
    custody: null,
    schema: {
      querystring: DockingsQuery,
      response: Type.Array(DockingJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      return (await ledger.dockings({ openOnly: query.open ?? false, limit: query.limit ?? 100 })).map((docking) =>
        presenter.docking(docking),
      );
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/dockings/:id',
    access: 'viewer',
    summary: 'One docking: progress, what was refused, its recordings, and the work that is left for them',
    custody: null,
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
  route({
    method: 'POST',
    url: '/api/v1/dockings',
    access: 'operator',
    summary: 'Docks a directory of the station',
    custody: 'docking.arrived',
    schema: {
      body: IngestBody,
      response: IngestJson,
    },
    handle: async ({ deps }, { body }) => ({ dockingId: await ingestDirectory(deps, body) }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/dockings/:id/removal',
    access: 'operator',
    summary: 'Ends the stay of a directory that was docked by request',
    custody: 'docking.removed',
    schema: { params: RemovalParams, response: RemovalJson },
    handle: async ({ deps }, { params }) => {
      await reportDocking(deps, params.id);
      await deps.undock(params.id);
      return { dockingId: params.id };
    },
  }),
];

const jobRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/jobs',
    access: 'viewer',
    summary: 'Work that was or is to be done',
    custody: null,
    schema: {
      querystring: JobsQuery,
      response: Type.Array(WorkJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const found = await ledger.listWork({
        limit: query.limit ?? 100,
        ...(query.stage === undefined ? {} : { stage: query.stage }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.recording === undefined ? {} : { recordingId: query.recording }),
      });
      return found.map((work) => presenter.work(work));
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/jobs/retry',
    access: 'operator',
    summary: 'Makes failed work wait again, and hurries what backs off; `dryRun` only tells how much that would be',
    custody: null,
    schema: {
      body: RetryBody,
      response: RetryJson,
    },
    handle: async ({ deps }, { body }) => ({ retried: await retryWork(deps, body) }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/derivatives/again',
    access: 'operator',
    summary: "Has derivatives made again by today's recipes, at the lowest priority; `count` only tells how many that would be",
    custody: 'recording.derive-again',
    schema: {
      body: DeriveAgainBody,
      response: DeriveAgainJson,
    },
    handle: async ({ deps }, { body: { count, ...request }, actor }) => {
      if (count) return { ...(await countRederive(deps, request)), started: false };
      return { ...(await startRederive(deps, request, actor)), started: true };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/verify',
    access: 'operator',
    summary: 'Reads everything again and compares it with what was sealed; answers in lines of JSON, the last is the summary',
    custody: 'recording.verified',
    produces: 'application/x-ndjson',
    schema: {
      body: VerifyBody,
    },
    handle: async ({ deps }, { body, actor, signal }) => {
      const request = verifyRequestOf(deps, body);
      if (request.recording !== null) await mustHaveRecording(deps.ledger, request.recording);
      const lines = linesOf(new Verification({ deps, request, actor, signal }), signal);
      return new RawAnswer(
        200,
        { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
        Readable.from(lines, { objectMode: false }),
      );
    },
  }),
];

/** Lines of JSON. A large file is no reason to fall silent; an error in the midst is the last line, for the status has been sent long ago. */
async function* linesOf(verification: Verification, signal: AbortSignal): AsyncGenerator<string> {
  const lines = verification.run();
  try {
    let next = lines.next();
    for (;;) {
      const { promise: heartbeat, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(resolve, HEARTBEAT_MS, null);
      const step = await Promise.race([next, heartbeat]).finally(() => clearTimeout(timer));
      if (step?.done) return;
      if (step) next = lines.next();
      yield `${JSON.stringify(step?.value ?? verification.progress())}\n`;
    }
  } catch (error) {
    if (signal.aborted) return;
    const { code, message, remedy, detail } = asEvidockError(error);
    yield `${JSON.stringify({ type: 'error', code, message, remedy, detail })}\n`;
  }
}

export const workRoutes: readonly Route[] = [...dockingRoutes, ...jobRoutes];
