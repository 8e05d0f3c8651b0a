import { PageQuery, pageOf } from '#api/common';
import {
  DockingJson,
  DockingReportJson,
  DockingReportParams,
  DockingsQuery,
  IngestBody,
  IngestJson,
  RefusalJson,
  RemovalParams,
} from '#api/dockings';
import { DeriveAgainBody, DeriveAgainJson, JobsQuery, RetryBody, RetryJson, VerifyBody, VerifyLineJson, WorkJson } from '#api/work';
import { ingestDirectory, leftOf, reportDocking } from '#desk/dockings';
import { countRederive, startRederive } from '#desk/rederive';
import { momentOf } from '#desk/registry';
import { retryWork } from '#desk/retry-work';
import { mustKnowRecording } from '#desk/tagging';
import { verifyRequestOf } from '#desk/verification/verify-request';
import { Verification } from '#desk/verify';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { Created, command, LinesAnswer, query, type Route } from '#serve/route';

const dockingRoutes: readonly Route[] = [
  query({
    url: '/api/v1/dockings',
    needs: 'see-work',
    summary: 'Dockings, newest first',
    schema: {
      querystring: DockingsQuery,
      response: pageOf(DockingJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const { open = false, since, until, state, recorder, officer, slot, problems = false } = query;
      const filter = {
        ...{ openOnly: open, problems },
        ...(state === undefined ? {} : { state }),
        ...(recorder === undefined ? {} : { recorder }),
        ...(officer === undefined ? {} : { officer }),
        ...(slot === undefined ? {} : { slot }),
        ...(since === undefined ? {} : { sinceMs: momentOf(since, facts.timezone, 'since') }),
        ...(until === undefined ? {} : { untilMs: momentOf(until, facts.timezone, 'until') }),
      };
      return page({
        ...{ list: 'dockings', query, read: (asked) => ledger.dockings.list({ ...filter, ...asked }) },
        ...{ keyOf: ({ id }) => id, show: (docking) => presenter.docking(docking) },
      });
    },
  }),
  query({
    url: '/api/v1/dockings/:id',
    needs: 'see-work',
    summary: 'One docking and its progress; its recordings are at `/recordings?docking=`, the work that is left at `/jobs?docking=`',
    schema: { params: DockingReportParams, response: DockingReportJson },
    handle: async ({ deps }, { params }) => {
      const { docking, progress } = await reportDocking(deps, params.id);
      return { progress, docking: new Presenter(deps.facts.timezone).docking(docking) };
    },
  }),
  query({
    url: '/api/v1/dockings/:id/refusals',
    needs: 'see-work',
    summary: 'What was left on the card, and why, in the order in which it was met',
    schema: { params: DockingReportParams, querystring: PageQuery, response: pageOf(RefusalJson) },
    handle: async ({ deps }, { params: { id }, query }) => {
      await reportDocking(deps, id);
      const read = async ({ limit, after = '0' }: { limit: number; after?: string }) => {
        const skip = Number(after);
        if (!Number.isSafeInteger(skip)) throw wrongCursor();
        const found = await deps.ledger.dockings.refusals(id, { skip, limit });
        return found.map((refusal, at) => ({ ...refusal, place: skip + at + 1 }));
      };
      return page({ list: `refusals of ${id}`, query, read, keyOf: ({ place }) => String(place), show: (refusal) => refusal });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/dockings',
    needs: 'dock',
    reads: 'station',
    summary: 'Docks a directory of the station',
    transactions: 'several',
    custody: ['docking.arrived'],
    creates: 'always',
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
    needs: 'dock',
    reads: 'station',
    names: (ledger, { params: { id } }) => reportDocking({ ledger }, id),
    summary: 'Ends the stay of a directory that was docked by request',
    transactions: 'several',
    custody: ['docking.removed'],
    schema: { params: RemovalParams },
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
        // The directory had left by itself before this request.
        custody.unchanged();
      }
    },
  }),
];

/**
 * Whether whoever asks sees all of these. Whoever keeps the machine sees no footage: where they name a recording, it is done if there is one, and they are told the
 * same if there is none.
 */
async function areSeen({ scope }: Principal, { recordings }: LedgerReader, ids: readonly string[]): Promise<boolean> {
  // Whoever sees all is told which of them there are not.
  if (scope === 'all') return true;
  for (const id of ids) if ((await recordings.get(id)) === null) return false;
  return true;
}

async function onRecord({ recordings }: LedgerReader, ids: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of ids) if ((await recordings.get(id)) !== null) found.push(id);
  return found;
}

const jobRoutes: readonly Route[] = [
  query({
    url: '/api/v1/jobs',
    needs: 'see-work',
    summary: 'Work that was or is to be done, by id, the highest first',
    schema: {
      querystring: JobsQuery,
      response: pageOf(WorkJson),
    },
    handle: async ({ deps }, { query }) => {
      const { ledger, facts } = deps;
      const presenter = new Presenter(facts.timezone);
      const filter = {
        ...(query.stage === undefined ? {} : { stage: query.stage }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.recording === undefined ? {} : { recordingId: query.recording }),
        ...(query.docking === undefined ? {} : { leftOf: leftOf(deps, query.docking) }),
      };
      if (query.docking !== undefined) await reportDocking(deps, query.docking);
      return page({
        ...{ list: 'jobs', query, read: (asked) => ledger.work.list({ ...filter, ...asked }) },
        ...{ keyOf: ({ id }) => id, show: (work) => presenter.work(work) },
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/jobs/retry',
    needs: 'retry-work',
    reads: 'station',
    summary: 'Makes failed work wait again, and hurries what backs off; `dryRun` only tells how much that would be',
    custody: null,
    schema: {
      body: RetryBody,
      response: RetryJson,
    },
    handle: async ({ deps }, { body, principal, seen }) => {
      const { recording } = body;
      if (recording === undefined || (await areSeen(principal, seen, [recording]))) return { retried: await retryWork(deps, body) };
      if ((await deps.ledger.recordings.get(recording)) !== null) await retryWork(deps, body);
      return { retried: null };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/derivatives/again',
    needs: 'run-work',
    reads: 'station',
    summary: "Has derivatives made again by today's recipes, at the lowest priority; `count` only tells how many that would be",
    custody: ['recording.derive-again'],
    transactions: 'several',
    schema: {
      body: DeriveAgainBody,
      response: DeriveAgainJson,
    },
    handle: async ({ deps }, { body: { count, ...request }, actor, principal, seen, custody }) => {
      const named = request.recordings ?? [];
      const tells = await areSeen(principal, seen, named);
      const wanted = tells ? request : { ...request, recordings: await onRecord(deps.ledger, named) };
      const sum = count ? await countRederive(deps, wanted) : await startRederive(deps, wanted, actor);
      if (count || sum.recordings === 0) custody.unchanged();
      return { ...(tells ? sum : { recordings: null, bytes: null }), started: !count };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/verify',
    needs: 'verify',
    reads: 'station',
    names: async (ledger, { body: { recording } }) => recording !== undefined && mustKnowRecording(ledger, recording),
    summary: 'Reads everything again and compares it with what was sealed; answers in lines of JSON, the last is the summary',
    transactions: 'several',
    custody: ['recording.verified', 'station.verified', 'log.replayed', 'fixity.checked', 'copy.withdrawn'],
    produces: 'application/x-ndjson',
    schema: { body: VerifyBody, line: VerifyLineJson },
    handle: async ({ deps }, { body, actor, signal }) => {
      const request = verifyRequestOf(deps, body);
      if (request.recording !== null) await mustKnowRecording(deps.ledger, request.recording);
      const verification = new Verification({ deps, request, actor, signal });
      return new LinesAnswer(verification.run(), () => verification.progress());
    },
  }),
];

export const workRoutes: readonly Route[] = [...dockingRoutes, ...jobRoutes];
