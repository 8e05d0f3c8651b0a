import {
  GrantBegun,
  GrantEnded,
  RequestAsked,
  RequestConfirmed,
  RequestDecided,
  RequestEnded,
  RequestWithdrawn,
} from '#domain/custody/call-up-entries';
import { add, set } from './rows.ts';
import { rule } from './rule.ts';

interface ToldTarget {
  readonly by: string;
  readonly case: string | null;
  readonly officer: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

const msOf = (text: string | null) => (text === null ? null : Date.parse(text));

function targetColumns({ by, case: number, officer, from, to }: ToldTarget, recordings: readonly string[] | undefined) {
  const ids = by === 'recordings' ? (recordings === undefined ? undefined : [...recordings]) : null;
  return { target: by, case_number: number, recording_ids: ids, officer_id: officer, window_from: msOf(from), window_to: msOf(to) };
}

interface ToldState {
  readonly subject: { readonly id: string };
  readonly data: { readonly state: { readonly old: string; readonly new: string } };
}

export const CALL_UP_RULES = [
  rule(RequestAsked, ({ subject: { id }, atMs, data, lists, personal }) => {
    const { asker, target, later, actions, purpose, urgent, until, policy, approvers, units, confirmBy } = data;
    return [
      add('call_up_requests', {
        ...{ id, asker: asker.id, asker_unit: asker.unit, asker_roles: [...asker.roles], ...targetColumns(target, lists.recordings) },
        ...{ later, actions: [...actions], purpose, words: personal.words, urgent, asked_at: atMs, until_at: Date.parse(until), policy },
        ...{ approvers: [...approvers], units: [...units], state: 'asked', confirm_due_at: msOf(confirmBy), confirmed: null },
        ...{ told_unconfirmed: false, grant_id: null },
      }),
    ];
  }),
  ...[RequestDecided, RequestWithdrawn].map((type) =>
    rule<ToldState>(type, ({ subject: { id }, data: { state } }) => [set('call_up_requests', { id }, { state: state.new })]),
  ),
  rule(RequestConfirmed, ({ subject: { id }, data: { confirmed } }) => [set('call_up_requests', { id }, { confirmed })]),
  rule(RequestEnded, ({ subject: { id }, data: { state, why } }) => [
    set('call_up_requests', { id }, why === 'unconfirmed' ? { told_unconfirmed: true } : { state: state.new }),
  ]),
  rule(GrantBegun, ({ subject: { id }, atMs, data, lists }) => {
    const { request, user, target, later, actions, closings, until, level, units, rule: by, policy, approver } = data;
    return [
      add('call_up_grants', {
        ...{ id, request_id: request, user_id: user.id, user_unit: user.unit, user_roles: [...user.roles] },
        ...{
          ...targetColumns(target, lists.recordings),
          later,
          actions: [...actions],
          closings,
          from_at: atMs,
          until_at: Date.parse(until),
        },
        ...{ ended_at: null, why_ended: null, ended_by: null, rule: by, policy, approver, level, units: units && [...units] },
      }),
      set('call_up_requests', { id: request }, { grant_id: id }),
      ...(lists.recordings ?? []).map((recording) => add('grant_recordings', { grant_id: id, recording_id: recording })),
    ];
  }),
  rule(GrantEnded, ({ subject: { id }, atMs, data: { why, by } }) => [
    set('call_up_grants', { id }, { ended_at: atMs, why_ended: why, ended_by: by }),
  ]),
];
