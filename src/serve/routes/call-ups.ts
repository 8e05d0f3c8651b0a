import type { Static } from 'typebox';
import {
  CalledUpJson,
  ConfirmationBody,
  DecisionBody,
  GrantJson,
  GrantsQuery,
  GrantWholeJson,
  NoticeJson,
  NoticesQuery,
  RequestBody,
  RequestJson,
  RequestParams,
  RequestsQuery,
} from '#api/call-ups';
import { PageQuery, pageOf } from '#api/common';
import { CustodyJson } from '#api/custody';
import { PurposeJson } from '#api/policy';
import { askForCallUp } from '#desk/call-up/ask';
import { seenBy } from '#desk/call-up/caller';
import {
  type Changed,
  confirmRequest,
  decideRequest,
  grantFor,
  type Ruling,
  requestFor,
  revokeGrant,
  withdrawRequest,
} from '#desk/call-up/decide';
import { readNotice } from '#desk/call-up/notices';
import type { DeskDeps } from '#desk/deps';
import { momentOf } from '#desk/registry';
import type { Notice } from '#domain/call-up/notice';
import type { Target } from '#domain/call-up/request';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { callerOf } from '#serve/call-ups/caller';
import { noticeEvents } from '#serve/call-ups/notice-events';
import { CallUpPresenter } from '#serve/call-ups/present';
import { custodyPage } from '#serve/custody-page';
import { pageOfHeld, shownPage } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { RequestCustody } from '#serve/request-custody';
import { Created, command, events, query, type Route } from '#serve/route';

const presenterOf = ({ ledger, facts, callUps }: DeskDeps) =>
  new CallUpPresenter(ledger.people, { zone: facts.timezone, nowMs: callUps.time.nowMs() });

/** Shows what a change did. Streams that stood on grants which ended, and receivers of notices, hear of it after the commit. */
async function told(
  deps: DeskDeps,
  custody: RequestCustody,
  { request, grant, ended }: Omit<Changed, 'ended'> & { readonly ended?: Changed['ended'] },
) {
  custody.afterwards(() => {
    deps.callUps.bell.ring(ended ?? []);
    deps.callUps.wake();
  });
  const presenter = presenterOf(deps);
  return { request: await presenter.request(request), grant: grant && (await presenter.grant(grant)) };
}

function targetOf({ facts }: DeskDeps, { case: number, recordings, officer }: Static<typeof RequestBody>): Target {
  const given = [number, recordings, officer].filter((each) => each !== undefined);
  if (given.length !== 1) throw new EvidockError('request.invalid', because('one-target', {}));
  if (number !== undefined) return { by: 'case', number };
  if (recordings !== undefined) return { by: 'recordings', ids: recordings };
  const time = (text: string, field: string) => momentOf(text, facts.timezone, field);
  const { id = '', from = '', to = '' } = officer ?? {};
  return { by: 'officer', officer: id, fromMs: time(from, 'officer.from'), toMs: time(to, 'officer.to') };
}

function rulingOf({ facts }: DeskDeps, { decision, words: given, actions, recordings, until, later }: Static<typeof DecisionBody>): Ruling {
  const words = given?.trim() || null;
  const narrowed = [actions, recordings, until, later].some((each) => each !== undefined);
  if ((decision === 'narrow') !== narrowed) throw new EvidockError('request.invalid', because('narrowed-how', {}));
  if (decision === 'approve') return { is: 'approve', words };
  if (decision === 'refuse') {
    if (words === null) throw new EvidockError('request.invalid', because('words-needed', {}));
    return { is: 'refuse', words };
  }
  return {
    ...{ is: 'narrow', words },
    ...(actions === undefined ? {} : { actions }),
    ...(recordings === undefined ? {} : { recordings }),
    ...(until === undefined ? {} : { untilMs: momentOf(until, facts.timezone, 'until') }),
    ...(later === undefined ? {} : { later }),
  };
}

const requestRoutes: readonly Route[] = [
  query({
    url: '/api/v1/purposes',
    needs: 'own-account',
    summary: 'The purposes for which footage may be looked at or called up',
    schema: { querystring: PageQuery, response: pageOf(PurposeJson) },
    handle: async ({ deps }, { query: asked }) =>
      pageOfHeld({
        list: 'purposes',
        query: asked,
        rows: deps.callUps.rules.policy().purposes,
        keyOf: ({ code }) => code,
        show: ({ code, title, words, approval }) => ({ code, title, words, approval }),
      }),
  }),
  query({
    url: '/api/v1/requests',
    needs: 'own-account',
    summary: 'Requests for call-up, newest first: own ones, those that a reviewer may decide or might have, all for an auditor',
    schema: { querystring: RequestsQuery, response: pageOf(RequestJson) },
    handle: async ({ deps }, { principal, actor, query: asked }) => {
      const { ledger, callUps } = deps;
      const seen = await seenBy(ledger, callerOf(principal, actor));
      const { state, unconfirmed, asker } = asked;
      const presenter = presenterOf(deps);
      return shownPage({
        list: 'requests',
        query: asked,
        read: ({ limit, after }) =>
          ledger.callUps.requests({
            ...{ seenBy: seen, limit, ...(after === undefined ? {} : { after }), ...(state === undefined ? {} : { state }) },
            ...(unconfirmed ? { unconfirmedAtMs: callUps.time.nowMs() } : {}),
            ...(asker === undefined ? {} : { asker }),
          }),
        keyOf: ({ id }) => id,
        show: (request) => presenter.request(request),
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/requests',
    needs: 'request-call-up',
    summary: 'Asks to call footage up: decided by the rules at once, or by a reviewer',
    custody: ['request.asked', 'request.decided', 'grant.begun'],
    creates: 'always',
    schema: { body: RequestBody, response: CalledUpJson },
    handle: async ({ deps }, { principal, actor, body, custody }) => {
      const { later = false, actions, purpose, words = null, urgent = false, until } = body;
      const target = targetOf(deps, body);
      if (later && target.by === 'recordings') throw new EvidockError('request.invalid', because('later-of-what', {}));
      const untilMs = momentOf(until, deps.facts.timezone, 'until');
      const asked = await askForCallUp(deps, callerOf(principal, actor), { target, later, actions, purpose, words, urgent, untilMs });
      return new Created(`/api/v1/requests/${asked.request.id}`, await told(deps, custody, asked));
    },
  }),
  query({
    url: '/api/v1/requests/:id',
    needs: 'own-account',
    summary: 'One request',
    schema: { params: RequestParams, response: RequestJson },
    handle: async ({ deps }, { params: { id }, principal, actor }) =>
      presenterOf(deps).request(await requestFor(deps, callerOf(principal, actor), id)),
  }),
  query({
    url: '/api/v1/requests/:id/custody',
    needs: 'own-account',
    summary: 'Everything that was done with a request, oldest first',
    schema: { params: RequestParams, querystring: PageQuery, response: pageOf(CustodyJson) },
    handle: async (serving, { params: { id }, query: asked, principal, actor }) => {
      await requestFor(serving.deps, callerOf(principal, actor), id);
      return custodyPage(serving, { about: subject('request', id), query: asked, principal });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/requests/:id/decision',
    needs: 'decide-call-up',
    summary: 'Approves, narrows or refuses a request; of two reviewers at once one is answered 409',
    custody: ['request.decided', 'grant.begun'],
    schema: { params: RequestParams, body: DecisionBody, response: CalledUpJson },
    handle: async ({ deps }, { params: { id }, body, principal, actor, custody }) =>
      told(deps, custody, await decideRequest(deps, callerOf(principal, actor), id, rulingOf(deps, body))),
  }),
  command({
    method: 'POST',
    url: '/api/v1/requests/:id/withdrawal',
    needs: 'own-account',
    summary: 'The asker takes a request back, or gives back what it gave',
    custody: ['request.withdrawn', 'grant.ended'],
    schema: { params: RequestParams, response: CalledUpJson },
    handle: async ({ deps }, { params: { id }, principal, actor, custody }) =>
      told(deps, custody, await withdrawRequest(deps, callerOf(principal, actor), id)),
  }),
  command({
    method: 'POST',
    url: '/api/v1/requests/:id/confirmation',
    needs: 'decide-call-up',
    summary: 'A reviewer confirms urgent access afterwards, or rejects it, which ends it',
    custody: ['request.confirmed', 'request.ended', 'grant.ended'],
    schema: { params: RequestParams, body: ConfirmationBody, response: CalledUpJson },
    handle: async ({ deps }, { params: { id }, body: { confirmed, words = null }, principal, actor, custody }) =>
      told(deps, custody, await confirmRequest(deps, callerOf(principal, actor), id, { confirmed, words: words?.trim() || null })),
  }),
];

const grantRoutes: readonly Route[] = [
  query({
    url: '/api/v1/grants',
    needs: 'own-account',
    summary: 'Grants, newest first, of the requests that one may see',
    schema: { querystring: GrantsQuery, response: pageOf(GrantJson) },
    handle: async ({ deps }, { principal, actor, query: asked }) => {
      const seen = await seenBy(deps.ledger, callerOf(principal, actor));
      const { holding, user } = asked;
      const presenter = presenterOf(deps);
      return shownPage({
        list: 'grants',
        query: asked,
        read: ({ limit, after }) =>
          deps.ledger.callUps.grants({
            ...{ seenBy: seen, limit, ...(after === undefined ? {} : { after }) },
            ...(holding === undefined ? {} : { holding }),
            ...(user === undefined ? {} : { asker: user }),
          }),
        keyOf: ({ id }) => id,
        show: (grant) => presenter.grant(grant),
      });
    },
  }),
  query({
    url: '/api/v1/grants/:id',
    needs: 'own-account',
    summary: 'One grant, with the recordings that were there when it began',
    schema: { params: RequestParams, response: GrantWholeJson },
    handle: async ({ deps }, { params: { id }, principal, actor }) => {
      const { grant } = await grantFor(deps, callerOf(principal, actor), id);
      return { ...(await presenterOf(deps).grant(grant)), recordings: await deps.ledger.callUps.listedIn(id) };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/grants/:id/revocation',
    needs: 'decide-call-up',
    summary: 'A reviewer ends a grant before its time; what plays by it is cut',
    custody: ['grant.ended', 'request.ended'],
    schema: { params: RequestParams, response: CalledUpJson },
    handle: async ({ deps }, { params: { id }, principal, actor, custody }) =>
      told(deps, custody, await revokeGrant(deps, callerOf(principal, actor), id)),
  }),
];

const noticeRoutes: readonly Route[] = [
  query({
    url: '/api/v1/notices',
    needs: 'own-account',
    summary: 'What one was told of requests, newest first; over the control socket, what all were told',
    schema: { querystring: NoticesQuery, response: pageOf(NoticeJson) },
    handle: async ({ deps }, { principal, actor, query: asked }) => {
      const presenter = presenterOf(deps);
      const { breakGlass, asker } = callerOf(principal, actor);
      // Nobody at the machine itself has an account that could be told anything.
      const user = breakGlass ? null : asker.id;
      const { unread = false } = asked;
      return shownPage({
        list: `notices of ${user ?? 'all'}`,
        query: asked,
        read: ({ limit, after }) => deps.ledger.callUps.notices({ user, unread, limit, ...(after === undefined ? {} : { after }) }),
        keyOf: ({ id }) => id,
        show: (notice) => presenter.notice(notice),
      });
    },
  }),
  events({
    url: '/api/v1/notices/events',
    needs: 'own-account',
    summary: 'Server-sent events: `notice` for what one is told of requests from now on; over the control socket, what all are told',
    schema: { events: { notice: NoticeJson } },
    handle: async ({ deps, streams }, { principal, actor, stillHolds, signal }) => {
      const presenter = presenterOf(deps);
      const { breakGlass, asker } = callerOf(principal, actor);
      const user = breakGlass ? null : asker.id;
      const station = new Presenter(deps.facts.timezone);
      const time = () => station.time(deps.clock.nowMs());
      const present = (notice: Notice) => presenter.notice(notice);
      return noticeEvents(streams, { user, ledger: deps.ledger, present, stillHolds, time, signal });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/notices/:id/read',
    needs: 'own-account',
    summary: 'A notice was read',
    custody: null,
    schema: { params: RequestParams, response: NoticeJson },
    handle: async ({ deps }, { params: { id }, principal, actor }) =>
      presenterOf(deps).notice(await readNotice(deps, callerOf(principal, actor), id)),
  }),
];

/** Routes of supervised call-up: requests, grants, notices. */
export const callUpRoutes: readonly Route[] = [...requestRoutes, ...grantRoutes, ...noticeRoutes];
