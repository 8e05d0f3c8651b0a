import type { Generated } from 'kysely';

/** Tables of what is kept and how long: the archive's locks, eviction, checks, holds, terms, disposals, duties (schema.ts). */
export interface KeptSchema {
  archive_findings: {
    place: string;
    kind: string;
    key: string;
    version_id: string;
    recording_id: string | null;
    what: string;
    found_at: number;
    settled_at: number | null;
  };
  archive_buckets: { place: string; capabilities: string };
  archive_comparisons: { place: string; started_at: number; ended_at: number | null; marker: string; counts: string };
  /** Recordings of which the vault holds an original, and when each was needed last. */
  needs: { recording_id: string; at: number };
  /** Evicted originals that are being fetched back. `why`: why it failed the last time, as JSON; it is tried again at `due_at`. */
  fetches: { original_id: string; at: number; attempts: Generated<number>; due_at: Generated<number>; why: string | null };
  scrub_faults: {
    item_id: string;
    place: string;
    recording_id: string;
    key: string;
    kind: string;
    found_at: number;
    due_at: number;
    ended_at: number | null;
  };
  scrub_orders: { place: string; paused: number; halted_at: number | null; confirmed_at: number | null; run_since: number | null };
  holds: HoldRow;
  /** The terms by which a recording finds the holds in force that may be meant. */
  hold_terms: { term: string; hold_id: string };
  hold_recordings: { recording_id: string; hold_id: string; reached_at: number };
  /** `objects`: JSON list of the objects that the storage was told to hold. */
  hold_mirrors: {
    recording_id: string;
    state: string;
    attempts: number;
    due_at: number;
    why: string | null;
    objects: Generated<string>;
  };
  /** People are ids of accounts; roles and reasons are JSON. */
  disposals: {
    id: string;
    state: string;
    rule: string;
    due_before: number;
    digest: string;
    proposed_by: string;
    proposed_roles: string;
    proposed_at: number;
    approved_by: string | null;
    approved_roles: string | null;
    approved_at: number | null;
    approved_digest: string | null;
    waits_until: number | null;
    began_at: number | null;
    ended_at: number | null;
    why: string | null;
  };
  disposal_items: {
    disposal_id: string;
    recording_id: string;
    state: string;
    rule: string;
    due_at: number;
    files: number;
    bytes: number;
    duration_ms: number;
    contents: string;
    why: string | null;
  };
  /** Files that are being destroyed: intended, and not proven gone yet. */
  destructions: {
    place: string;
    key: string;
    version: string | null;
    recording_id: string;
    item_id: string;
    what: string;
    bytes: number | null;
    sha256: string | null;
    why: string;
    disposal_id: string | null;
    began_at: number;
  };
  /** Append-only. `originals`: JSON list of `BuriedOriginal`. */
  tombstones: {
    id: string;
    recording_id: string;
    disposal_id: string;
    rule: string;
    proposed_by: string;
    approved_by: string;
    at: number;
    originals: string;
  };
  /** Append-only but for how a version stands, who decided that, and when. Actors are JSON. */
  retention_schedules: ScheduleRow;
  /** `result`: JSON. */
  retention_dry_runs: { version: number; digest: string; against: number | null; by: string; at: number; result: string };
  retention_terms: TermRow;
  /** Cases by which a recording has earned something, also where it belongs to them no more. */
  retention_waits: { case_number: string; recording_id: string };
  /** Recordings whose term is to be counted, because something has changed. Triggers fill it. */
  retention_stale: { recording_id: string };
  retention_corrections: CorrectionRow;
  /** `subject_kind` and `subject_id`: what it is about. Of one cause at most one is not done. */
  duties: DutyRow;
  /** Shifts of officers; `set_at`: when it was imported or changed. */
  shifts: { id: string; officer_id: string; start_at: number; end_at: number; set_at: number };
  /** Overdue duties of which owners were told. */
  duty_tellings: { duty_id: string; at: number };
}

interface DutyRow {
  id: string;
  kind: string;
  subject_kind: string;
  subject_id: string;
  owner_role: string;
  owner_unit: string | null;
  since_at: number;
  due_at: number;
  state: string;
  opened_at: number;
  ack_by: string | null;
  ack_at: number | null;
  ack_until: number | null;
  ack_reason: string | null;
  done_at: number | null;
}

export interface HoldRow {
  id: string;
  case_number: string | null;
  /** JSON list; empty: it is not about single recordings. */
  recording_ids: string;
  officer_id: string | null;
  recorder_serial: string | null;
  unit_id: string | null;
  from_at: number | null;
  to_at: number | null;
  reason: string;
  author: string;
  set_at: number;
  review_at: number;
  released_at: number | null;
  released_by: string | null;
  release_reason: string | null;
  checked_at: number | null;
  checked_recordings: number | null;
  /** JSON list of `HoldFinding`. */
  findings: string | null;
  /** Id of the recording up to which it is spread; null: wholly. */
  spread_to: string | null;
  /** When completeness is to be checked next; null: when something comes. */
  check_at: number | null;
  /** How many recordings it has reached. */
  reached: Generated<number>;
}

interface ScheduleRow {
  version: number;
  state: string;
  text: string;
  sha256: string;
  proposed_by: string;
  proposed_person: string;
  proposed_at: number;
  decided_by: string | null;
  decided_at: number | null;
  in_force_at: number | null;
  turn: number | null;
}

interface TermRow {
  recording_id: string;
  version: number;
  /** `instant`, `permanent` or `waiting`; with `none` for the floor and the maximum. */
  earned_kind: string;
  earned_until: number | null;
  waits_for: string | null;
  floor_kind: string;
  floor_ms: number | null;
  maximum_kind: string;
  maximum_ms: number | null;
  maximum_waits: string | null;
  action: string;
  /** JSON. */
  lock: string;
  winner: string;
  conflict: number;
  /** JSON list. */
  bases: string;
  corrections: number;
  turn: number;
  counted_seq: number;
}

interface CorrectionRow {
  number: number;
  recording_id: string;
  state: string;
  reason: string | null;
  proposed_by: string;
  proposed_person: string;
  proposed_at: number;
  decided_by: string | null;
  decided_at: number | null;
}
