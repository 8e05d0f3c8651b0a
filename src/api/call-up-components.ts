import {
  CalledUpJson,
  ConfirmationBody,
  DecisionBody,
  GrantJson,
  GrantWholeJson,
  NoticeJson,
  RequestBody,
  RequestJson,
} from './call-ups.ts';
import { named } from './named.ts';

const at = '2026-06-20T15:30:00.000+08:00';
const until = '2026-06-22T15:30:00.000+08:00';
const asker = { id: 'usr-01jybqe2v7k3m9', account: 'wangmin', name: '王敏', unit: 'unt-01jybqe2v7k3m9', roles: ['officer' as const] };
const reviewer = { id: 'usr-01jybqf3w8m4n1', account: 'zhaoqiang', name: '赵强', unit: 'unt-01jybqe2v7k3m9', roles: ['reviewer' as const] };
const target = { by: 'case' as const, case: 'LY-2026-0012', recordings: [], officer: null, from: null, to: null };
const ids = { request: 'req-01jybqe2v7k3m9', grant: 'grt-01jybqe2v7k3m9' };

const request = {
  ...{ id: ids.request, asker, target, later: false, actions: ['look' as const], purpose: 'case-handling', words: null, urgent: false },
  ...{ askedAt: at, until, policy: 3, approvers: ['reviewer' as const], units: ['unt-01jybqe2v7k3m9'], state: 'approved' as const },
  ...{ decision: { by: reviewer, rule: null, words: null, at }, confirmation: null, unconfirmed: false, grant: ids.grant },
};
const grant = {
  ...{ id: ids.grant, request: ids.request, user: asker, actions: ['look' as const], target, later: false, from: at, until },
  ...{
    level: 'internal',
    units: ['unt-01jybqe2v7k3m9'],
    endedAt: null,
    whyEnded: null,
    endedBy: null,
    rule: null,
    policy: 3,
    approver: reviewer.id,
    people: [{ id: reviewer.id, account: reviewer.account, name: reviewer.name }],
  },
};

/** Schemas of call-up that the API document names, each with an example. */
export const CALL_UP_COMPONENTS = {
  CallUpRequest: named(RequestJson, request),
  CallUpGrant: named(GrantJson, grant),
  CallUpGrantWhole: named(GrantWholeJson, { ...grant, recordings: ['rec-01jybqe2v7k3m9'] }),
  CalledUp: named(CalledUpJson, { request, grant }),
  CallUpRequestBody: named(RequestBody, { case: 'LY-2026-0012', actions: ['look'], purpose: 'case-handling', until: '2026-06-22 15:30' }),
  CallUpDecisionBody: named(DecisionBody, { decision: 'narrow', actions: ['look'], words: '只看画面' }),
  CallUpConfirmationBody: named(ConfirmationBody, { confirmed: true }),
  Notice: named(NoticeJson, {
    id: 'ntc-01jybqe2v7k3m9',
    user: asker.id,
    account: asker.account,
    name: asker.name,
    kind: 'request-waits',
    request: ids.request,
    at,
    readAt: null,
  }),
} as const;
