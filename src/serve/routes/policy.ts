import { pageOf } from '#api/common';
import {
  AdoptBody,
  CheckedJson,
  ExplainedJson,
  ExplainQuery,
  POLICY_BODY_BYTES_MAX,
  PolicyJson,
  PolicyTextJson,
  PolicyVersionJson,
  PolicyVersionParams,
  PolicyVersionsQuery,
  ProposeBody,
  ProposedJson,
  RefuseBody,
} from '#api/policy';
import { decidedReason, explain } from '#desk/access/explain';
import {
  adoptPolicy,
  type Deciding,
  mustHaveVersion,
  PROPOSALS_MAX,
  policyIn,
  proposePolicy,
  refusePolicy,
  wideningsNow,
} from '#desk/access/policies';
import { readPolicy } from '#desk/access/read-policy';
import { wideningReason } from '#desk/access/widening-reasons';
import type { DeskDeps } from '#desk/deps';
import { momentOf } from '#desk/registry';
import type { Policy, Rule } from '#domain/access/policy';
import { type PolicyWidening, policyWidenings } from '#domain/access/widening-of-policy';
import { actorText } from '#domain/custody/actor';
import { EvidockError, isFailure } from '#domain/errors';
import { MACHINE } from '#domain/people/second-person';
import type { Reason } from '#domain/reason';
import { reasonText } from '#messages/reason';
import type { PolicyVersion } from '#ports/ledger/policies';
import { numberAfter, pageOf as page } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import type { RequestCustody } from '#serve/request-custody';
import { Created, command, query, type Route } from '#serve/route';

const bothLanguages = (of: (language: 'zh-CN' | 'en') => Reason) => ({
  'zh-CN': reasonText('zh-CN', of('zh-CN')),
  en: reasonText('en', of('en')),
});

function wideningsIn(widenings: readonly PolicyWidening[] | null) {
  return widenings?.map(wideningReason).map((reason) => ({ reason, words: bothLanguages(() => reason) })) ?? null;
}

function ruleOf({ id, title, roles, relations, actions, effect }: Rule) {
  return { id, title, roles, relations, actions, effect };
}

function versionOf({ version, state, source, sha256, ...rest }: PolicyVersion, deps: DeskDeps) {
  const presenter = new Presenter(deps.facts.timezone);
  const { proposedBy, proposedAtMs, decidedBy, decidedAtMs } = rest;
  return {
    ...{ version, state, source, sha256, proposedBy: actorText(proposedBy), proposedAt: presenter.time(proposedAtMs) },
    ...{ decidedBy: decidedBy === null ? null : actorText(decidedBy), decidedAt: presenter.timeOrNull(decidedAtMs) },
  };
}

async function textOf(found: PolicyVersion, deps: DeskDeps) {
  const { against, widenings } =
    found.state === 'proposed'
      ? await wideningsNow({ ledger: deps.ledger, keeper: deps.access.keeper }, found)
      : { against: null, widenings: null };
  return { ...versionOf(found, deps), text: found.text, against, widenings: wideningsIn(widenings) };
}

/** The person behind a request, whichever way they came: a token of theirs is them, and all who act on the machine are one. */
function decidingOf({ kind, asker }: Principal, actor: Deciding['actor']): Deciding {
  return { actor, person: kind === 'cli' ? MACHINE : asker.id };
}

/** What changes the policy in memory waits for the commit of the request. */
function changing({ ledger, clock, access: { keeper } }: DeskDeps, custody: RequestCustody) {
  const use = (policy: Policy) => custody.afterwards(() => keeper.use(policy));
  return { ledger, clock, keeper: { policy: () => keeper.policy(), use } };
}

/** A file that somebody sends is their mistake, not the station's. */
async function sent<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (isFailure(error, 'config.invalid')) throw new EvidockError('request.invalid', error.reason, error);
    throw error;
  }
}

/** Routes of the policy that says who may look: what is in force, proposals and their adoption, and why somebody may or may not. */
export const policyRoutes: readonly Route[] = [
  query({
    url: '/api/v1/policy',
    needs: 'explain-access',
    reads: 'station',
    summary: 'The policy in force: its rules and purposes, and what is wrong with its file',
    schema: { response: PolicyJson },
    handle: async ({ deps: { access, ledger } }) => {
      const { version, rules, purposes } = access.policy();
      const waiting = await ledger.policies.list({ state: 'proposed', limit: PROPOSALS_MAX });
      return { version, rules: rules.map(ruleOf), purposes, trouble: access.keeper.trouble, waiting: waiting.length };
    },
  }),
  query({
    url: '/api/v1/policy/versions',
    needs: 'explain-access',
    reads: 'station',
    summary: 'Versions of the policy, newest first',
    schema: { querystring: PolicyVersionsQuery, response: pageOf(PolicyVersionJson) },
    handle: async ({ deps }, { query: asked }) =>
      page({
        list: 'versions of the policy',
        query: asked,
        read: ({ limit, after }) =>
          deps.ledger.policies.list({ limit, ...(asked.state ? { state: asked.state } : {}), ...numberAfter(after) }),
        keyOf: ({ version }) => String(version),
        show: (version) => versionOf(version, deps),
      }),
  }),
  query({
    url: '/api/v1/policy/versions/:version',
    needs: 'explain-access',
    reads: 'station',
    summary: 'One version of the policy, its file, and what it would widen',
    schema: { params: PolicyVersionParams, response: PolicyTextJson },
    handle: async ({ deps }, { params }) => textOf(await mustHaveVersion(deps.ledger, params.version), deps),
  }),
  command({
    method: 'POST',
    url: '/api/v1/policy/versions',
    needs: 'manage-policy',
    reads: 'station',
    summary: 'Proposes a policy; one that lets nobody do more counts at once',
    custody: ['policy.proposed', 'policy.adopted'],
    creates: 'always',
    bodyBytesMax: POLICY_BODY_BYTES_MAX,
    schema: { body: ProposeBody, response: ProposedJson },
    handle: ({ deps }, { body, principal, actor, custody }) =>
      sent(async () => {
        const by = decidingOf(principal, actor);
        const proposal = { text: body.text, source: 'person' as const, by, name: body.name ?? 'policy' };
        const { version, state, against, widenings } = await proposePolicy(changing(deps, custody), proposal);
        return new Created(`/api/v1/policy/versions/${version}`, { version, state, against, widenings: wideningsIn(widenings) });
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/policy/check',
    needs: 'manage-policy',
    reads: 'station',
    summary: 'Checks a policy and tells what it would widen; changes nothing',
    custody: null,
    transactions: 'several',
    bodyBytesMax: POLICY_BODY_BYTES_MAX,
    schema: { body: ProposeBody, response: CheckedJson },
    handle: ({ deps }, { body }) =>
      sent(async () => {
        const read = readPolicy(body.text, 0, body.name ?? 'policy');
        const inForce = await deps.ledger.policies.inForce();
        const widenings = policyWidenings(inForce === null ? deps.access.policy() : policyIn(inForce), read);
        return { against: inForce?.version ?? null, widenings: wideningsIn(widenings) };
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/policy/versions/:version/adoption',
    needs: 'manage-policy',
    reads: 'station',
    summary: 'Adopts a proposal of somebody else',
    custody: ['policy.adopted'],
    schema: { params: PolicyVersionParams, body: AdoptBody, response: PolicyVersionJson },
    handle: async ({ deps }, { params, body, principal, actor, custody }) => {
      const by = decidingOf(principal, actor);
      return versionOf(await adoptPolicy(changing(deps, custody), { ...params, against: body.against, by }), deps);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/policy/versions/:version/refusal',
    needs: 'manage-policy',
    reads: 'station',
    summary: 'Refuses a proposal, or withdraws one’s own',
    custody: ['policy.refused', 'policy.withdrawn'],
    schema: { params: PolicyVersionParams, body: RefuseBody, response: PolicyVersionJson },
    handle: async ({ deps }, { params, body, principal, actor }) => {
      const by = decidingOf(principal, actor);
      return versionOf(await refusePolicy(deps, { ...params, reason: body.reason ?? null, by }), deps);
    },
  }),
  query({
    url: '/api/v1/access/explain',
    needs: 'explain-access',
    reads: 'station',
    summary: 'Why somebody may or may not do something with a recording, by which rule',
    schema: { querystring: ExplainQuery, response: ExplainedJson },
    handle: async ({ deps }, { query: { user, recording, action, at, address } }) => {
      const atMs = at === undefined ? null : momentOf(at, deps.facts.timezone, 'at');
      const told = await explain(deps, { account: user, recording, action, address: address ?? null, atMs });
      const { judged, relations, matched, hasTask } = told;
      return {
        ...{
          user,
          recording,
          action,
          at: new Presenter(deps.facts.timezone).time(told.atMs),
          effect: judged.effect,
          policy: judged.policy,
        },
        words: bothLanguages((language) => decidedReason(judged, deps.access.policy(), language)),
        ...{ relations, grants: judged.grants, matched: matched.map(ruleOf), approval: judged.approval, task: hasTask },
      };
    },
  }),
];
