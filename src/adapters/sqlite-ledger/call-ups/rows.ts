import type { Selectable } from 'kysely';
import type { Role } from '#domain/access/roles';
import type { Grant } from '#domain/call-up/grant';
import type { Delivery, Notice } from '#domain/call-up/notice';
import type { CallUpAction, CallUpRequest, Confirmation, RequestDecision, Target } from '#domain/call-up/request';
import type { CallUpGrantRow, CallUpRequestRow } from '../call-up-schema.ts';
import type { Schema } from '../schema.ts';

// The tables are STRICT and only this adapter writes them, so each text column with few values holds one of those values.

type TargetRow = Pick<CallUpGrantRow, 'target' | 'case_number' | 'recording_ids' | 'officer_id' | 'window_from' | 'window_to'>;

export function targetRow(target: Target): TargetRow {
  const nothing = { case_number: null, recording_ids: null, officer_id: null, window_from: null, window_to: null };
  if (target.by === 'case') return { ...nothing, target: 'case', case_number: target.number };
  if (target.by === 'recordings') return { ...nothing, target: 'recordings', recording_ids: JSON.stringify(target.ids) };
  return { ...nothing, target: 'officer', officer_id: target.officer, window_from: target.fromMs, window_to: target.toMs };
}

function targetOf({ target, case_number, recording_ids, officer_id, window_from, window_to }: TargetRow): Target {
  if (target === 'case') return { by: 'case', number: case_number ?? '' };
  if (target === 'recordings') return { by: 'recordings', ids: JSON.parse(recording_ids ?? '[]') as string[] };
  return { by: 'officer', officer: officer_id ?? '', fromMs: window_from ?? 0, toMs: window_to ?? 0 };
}

/** What a request was told after it was asked, as columns. A field that is left out stays. */
export function whatHappened({
  state,
  decision,
  confirmation,
  grant,
}: Partial<Pick<CallUpRequest, 'state' | 'decision' | 'confirmation' | 'grant'>>) {
  const confirmed = confirmation?.confirmed ?? null;
  return {
    ...(state === undefined ? {} : { state }),
    ...(decision === undefined ? {} : { decision: decision === null ? null : JSON.stringify(decision) }),
    ...(confirmation === undefined
      ? {}
      : {
          confirm_due_at: confirmation?.dueAtMs ?? null,
          confirmed: confirmed === null ? null : Number(confirmed),
          confirmation: confirmation === null ? null : JSON.stringify(confirmation),
        }),
    ...(grant === undefined ? {} : { grant_id: grant }),
  };
}

export function toRequest(row: Selectable<CallUpRequestRow>): CallUpRequest {
  return {
    id: row.id,
    asker: { id: row.asker, unit: row.asker_unit, roles: JSON.parse(row.asker_roles) as Role[] },
    target: targetOf(row),
    later: row.later === 1,
    actions: JSON.parse(row.actions) as CallUpAction[],
    purpose: row.purpose,
    words: row.words,
    urgent: row.urgent === 1,
    askedAtMs: row.asked_at,
    untilMs: row.until_at,
    policy: row.policy,
    approvers: JSON.parse(row.approvers) as Role[],
    units: JSON.parse(row.units) as string[],
    state: row.state as CallUpRequest['state'],
    decision: row.decision === null ? null : (JSON.parse(row.decision) as RequestDecision),
    confirmation: row.confirmation === null ? null : (JSON.parse(row.confirmation) as Confirmation),
    grant: row.grant_id,
  };
}

export function toGrant(row: CallUpGrantRow): Grant {
  return {
    id: row.id,
    request: row.request_id,
    user: { id: row.user_id, unit: row.user_unit, roles: JSON.parse(row.user_roles) as Role[] },
    actions: JSON.parse(row.actions) as CallUpAction[],
    target: targetOf(row),
    later: row.later === 1,
    closings: row.closings,
    fromMs: row.from_at,
    untilMs: row.until_at,
    endedAtMs: row.ended_at,
    whyEnded: row.why_ended as Grant['whyEnded'],
    endedBy: row.ended_by,
    rule: row.rule,
    policy: row.policy,
    approver: row.approver,
    level: row.level as Grant['level'],
    units: row.units === null ? null : (JSON.parse(row.units) as string[]),
  };
}

export function toNotice(row: Schema['notices']): Notice {
  return {
    id: row.id,
    user: row.user_id,
    kind: row.kind as Notice['kind'],
    request: row.request_id,
    atMs: row.at,
    readAtMs: row.read_at,
  };
}

export function toDelivery(row: Schema['notice_deliveries']): Delivery {
  return {
    notice: row.notice_id,
    way: row.way as Delivery['way'],
    state: row.state as Delivery['state'],
    attempts: row.attempts,
    dueAtMs: row.due_at,
  };
}
