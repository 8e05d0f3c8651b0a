import type { Generated } from 'kysely';

/** Tables of requests and grants (schema.ts). */
export interface CallUpSchema {
  /** Filled by triggers from `call_up_requests.units`. */
  call_up_request_units: { unit: string; id: string };
  call_up_requests: CallUpRequestRow;
  call_up_grants: CallUpGrantRow;
  /** Recordings that were there when a grant began. */
  grant_recordings: { grant_id: string; recording_id: string };
}

/** Which footage is meant: of a case, single recordings (JSON list), or of an officer from one moment to another. */
interface TargetColumns {
  target: string;
  case_number: string | null;
  recording_ids: string | null;
  officer_id: string | null;
  window_from: number | null;
  window_to: number | null;
}

export interface CallUpRequestRow extends TargetColumns {
  id: string;
  asker: string;
  /** Unit and roles of the asker then. */
  asker_unit: string | null;
  asker_roles: string;
  later: number;
  actions: string;
  purpose: string;
  words: string | null;
  urgent: number;
  asked_at: number;
  until_at: number;
  policy: number;
  approvers: string;
  units: string;
  state: string;
  /** JSON of `RequestDecision`. */
  decision: string | null;
  /** Urgent access: until when it is to be confirmed, 1 or 0 once it was confirmed or rejected, and JSON of the rest. */
  confirm_due_at: number | null;
  confirmed: number | null;
  confirmation: string | null;
  /** 1: reviewers were told that nobody confirmed it in time. */
  told_unconfirmed: Generated<number>;
  grant_id: string | null;
}

export interface CallUpGrantRow extends TargetColumns {
  id: string;
  request_id: string;
  user_id: string;
  user_unit: string | null;
  user_roles: string;
  actions: string;
  later: number;
  closings: number;
  from_at: number;
  until_at: number;
  ended_at: number | null;
  why_ended: string | null;
  ended_by: string | null;
  rule: string | null;
  policy: number;
  approver: string | null;
  level: string;
  units: string | null;
}
