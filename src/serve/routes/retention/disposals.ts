import { pageOf } from '#api/common';
import {
  ApproveBody,
  CancelBody,
  CertificateQuery,
  DisposalItemJson,
  DisposalItemsQuery,
  DisposalJson,
  DisposalParams,
  DisposalsQuery,
  ExcludeBody,
  ProposeDisposalBody,
  RunBody,
  RunLineJson,
} from '#api/retention/disposals';
import type { DeskDeps } from '#desk/deps';
import { approveDisposal, cancelDisposal, excludeRecording } from '#desk/disposals/decide';
import { mustHaveDisposal } from '#desk/disposals/lists';
import type { By } from '#desk/disposals/parts';
import { proposeDisposal } from '#desk/disposals/propose';
import { reviewOf } from '#desk/disposals/review';
import { runDisposal } from '#desk/disposals/run';
import { momentOf } from '#desk/registry';
import type { Actor } from '#domain/custody/actor';
import { actorText } from '#domain/custody/actor';
import { LIST_MAX } from '#domain/destruction/list';
import type { LedgerReader } from '#ports/ledger';
import { printCertificate } from '#serve/disposals/certificate';
import { DisposalPresenter } from '#serve/disposals/present';
import { pageOf as page } from '#serve/pages';
import { actorOf, type Principal } from '#serve/principal';
import { Created, command, LinesAnswer, query, RawAnswer, type Route } from '#serve/route';

const TOLD_MAX = 200;

/** The person behind a request, whichever way they came: all who act on the machine are one, and have no role. */
function byOf({ kind, asker }: Principal, actor: Actor): By {
  return { actor, person: kind === 'cli' ? 'machine' : asker.id, roles: asker.roles };
}

const presenterOf = ({ facts, ledger }: DeskDeps) => new DisposalPresenter(facts.timezone, ledger);

/** Accounts of those who may approve. */
async function approversOf({ access }: DeskDeps, { people }: LedgerReader): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const role of access.policy().tasks['approve-disposal'])
    for (const { id } of await people.users({ role, state: 'active', limit: TOLD_MAX })) found.add(id);
  return [...found].slice(0, TOLD_MAX);
}

/** Routes of disposal: lists that two persons decide on, and what becomes of them. */
export const disposalRoutes: readonly Route[] = [
  query({
    url: '/api/v1/disposals',
    needs: 'see-retention',
    reads: 'station',
    summary: 'Lists of recordings to be disposed of, newest first',
    schema: { querystring: DisposalsQuery, response: pageOf(DisposalJson) },
    handle: async ({ deps }, { query: asked }) =>
      page({
        list: 'lists for disposal',
        query: asked,
        read: async ({ limit, after }) => {
          const states = asked.state ? { states: [asked.state] } : {};
          const found = await deps.ledger.disposals.list({ limit, ...states, ...(after === undefined ? {} : { after: String(after) }) });
          return Promise.all(found.map((disposal) => presenterOf(deps).disposal(disposal)));
        },
        keyOf: ({ id }) => id,
        show: (disposal) => disposal,
      }),
  }),
  query({
    url: '/api/v1/disposals/:id',
    needs: 'see-retention',
    reads: 'station',
    summary: 'One list: who proposed and approved it, counts, hours, officers',
    schema: { params: DisposalParams, response: DisposalJson },
    handle: async ({ deps }, { params }) => presenterOf(deps).disposal(await mustHaveDisposal(deps.ledger, params.id)),
  }),
  query({
    url: '/api/v1/disposals/:id/recordings',
    needs: 'see-retention',
    reads: 'station',
    summary: 'What has to be seen of each recording of a list: pictures, cases, officer, and what else was recorded at the same time',
    schema: { params: DisposalParams, querystring: DisposalItemsQuery, response: pageOf(DisposalItemJson) },
    handle: async ({ deps }, { params, query: asked }) => {
      await mustHaveDisposal(deps.ledger, params.id);
      return page({
        list: 'recordings of a list for disposal',
        query: asked,
        read: async ({ limit, after }) => {
          const items = await deps.ledger.disposals.items(params.id, {
            limit,
            ...(asked.state ? { state: asked.state } : {}),
            ...(after === undefined ? {} : { after: String(after) }),
          });
          const reviewed = await Promise.all(items.map((item) => reviewOf(deps.ledger, item)));
          return reviewed.filter((each) => each !== null);
        },
        keyOf: ({ item }) => item.recordingId,
        show: (review) => presenterOf(deps).item(review),
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/disposals',
    needs: 'propose-disposal',
    reads: 'station',
    summary: 'Proposes a list of what the schedule in force does not ask to keep any more',
    custody: ['disposal.proposed', 'disposal.listed'],
    creates: 'always',
    schema: { body: ProposeDisposalBody, response: DisposalJson },
    handle: async ({ deps }, { body, principal, actor }) => {
      const dueBeforeMs = body.dueBefore === undefined ? deps.clock.nowMs() : momentOf(body.dueBefore, deps.facts.timezone, 'dueBefore');
      const asked = { dueBeforeMs, limit: body.limit ?? LIST_MAX, reviewers: (reader: LedgerReader) => approversOf(deps, reader) };
      const made = await proposeDisposal(deps, asked, byOf(principal, actor));
      return new Created(`/api/v1/disposals/${made.id}`, await presenterOf(deps).disposal(made));
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/disposals/:id/exclusions',
    needs: 'propose-disposal',
    reads: 'station',
    summary: 'Takes a recording from a list; an approval before counts no more',
    custody: ['disposal.excluded'],
    schema: { params: DisposalParams, body: ExcludeBody, response: DisposalJson },
    handle: async ({ deps }, { params, body, principal, actor }) => {
      const asked = { id: params.id, recording: body.recording, words: body.reason };
      return presenterOf(deps).disposal(await excludeRecording(deps, asked, byOf(principal, actor)));
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/disposals/:id/approval',
    needs: 'approve-disposal',
    reads: 'station',
    summary: 'Approves the list with this digest: another person than the proposer, of another role',
    custody: ['disposal.approved'],
    schema: { params: DisposalParams, body: ApproveBody, response: DisposalJson },
    handle: async ({ deps }, { params, body, principal, actor }) =>
      presenterOf(deps).disposal(await approveDisposal(deps, { id: params.id, digest: body.digest }, byOf(principal, actor))),
  }),
  command({
    method: 'POST',
    url: '/api/v1/disposals/:id/cancellation',
    needs: 'see-retention',
    reads: 'station',
    summary: 'Ends a list: what was not destroyed yet is kept',
    custody: ['disposal.cancelled', 'disposal.kept', 'copy.destroyed', 'copy.spared', 'recording.derive-again'],
    transactions: 'several',
    schema: { params: DisposalParams, body: CancelBody, response: DisposalJson },
    handle: async ({ deps }, { params, body, principal, actor }) =>
      presenterOf(deps).disposal(await cancelDisposal(deps, { id: params.id, words: body.reason }, byOf(principal, actor))),
  }),
  command({
    method: 'POST',
    url: '/api/v1/disposals/:id/run',
    needs: 'propose-disposal',
    reads: 'station',
    summary: 'Carries an approved list out, or goes on with it; answers in lines of JSON, the last is the summary',
    custody: [
      ...(['disposal.began', 'disposal.halted', 'disposal.ended', 'disposal.kept'] as const),
      ...(['copy.destroying', 'copy.destroyed', 'copy.spared', 'recording.disposed', 'recording.derive-again'] as const),
    ],
    transactions: 'several',
    keyless: true,
    produces: 'application/x-ndjson',
    schema: { params: DisposalParams, body: RunBody, line: RunLineJson },
    handle: async ({ deps }, { params, body, actor, signal }) => {
      const { key } = body;
      const given = key && { ...key };
      return new LinesAnswer(runDisposal(deps, { id: params.id, key: given ?? null, actor, signal }), () => ({ type: 'waiting' }));
    },
  }),
  query({
    url: '/api/v1/disposals/:id/certificate',
    needs: 'see-retention',
    reads: 'station',
    summary: 'The certificate of a disposal, as PDF',
    produces: 'application/pdf',
    schema: { params: DisposalParams, querystring: CertificateQuery },
    handle: async ({ deps, streams }, { params, query: asked, principal, signal }) => {
      const giveBack = streams.take();
      try {
        const body = await printCertificate(deps, params.id, asked.lang ?? 'zh-CN', whoText(principal));
        body.once('close', giveBack);
        signal.addEventListener('abort', () => body.destroy(), { once: true });
        const named = `attachment; filename="certificate-${params.id}.pdf"`;
        return new RawAnswer(200, { 'content-type': 'application/pdf', 'content-disposition': named, 'cache-control': 'no-store' }, body);
      } catch (error) {
        giveBack();
        throw error;
      }
    },
  }),
];

function whoText(principal: Principal): string {
  const actor = actorText(actorOf(principal));
  return principal.name === null || principal.name === principal.id ? actor : `${principal.name} (${actor})`;
}
