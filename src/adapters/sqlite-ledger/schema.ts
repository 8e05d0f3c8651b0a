import type { Generated } from 'kysely';
import type { CallUpSchema } from './call-up-schema.ts';
import type { KeptSchema } from './kept-schema.ts';

/** Column types of the ledger's tables as Kysely sees them; flags are 0 or 1, times ms since 1970 UTC, lists JSON text. */
export interface Schema extends CallUpSchema, KeptSchema {
  slots: { port: string; slot: number };
  recorders: {
    serial: string;
    model: string | null;
    driver_id: string | null;
    assigned_officer_id: string | null;
    first_seen_at: number | null;
    last_seen_at: number | null;
  };
  recorder_assignments: { n: Generated<number>; serial: string; officer_id: string | null; at: number };
  recorder_holdings: { id: string; serial: string; officer_id: string; from_at: number; to_at: number | null };
  officers: { id: string; name: string; unit: string | null };
  dockings: DockingRow;
  refusals: { n: Generated<number>; docking_id: string; card_path: string; code: string; detail: string; at: number };
  recordings: RecordingRow;
  recording_links: { recording_id: string; relation: string; other_id: string };
  recording_cases: { recording_id: string; case_number: string; sort_at: number };
  originals: OriginalRow;
  copies: {
    item_id: string;
    place: string;
    recording_id: string;
    key: string;
    bytes: number;
    verified_at: number;
    verified_by: string;
    sha256: string | null;
    version_id: string | null;
    manifest_version_id: string | null;
    lock_mode: string | null;
    locked_until: number | null;
    legal_hold: Generated<number>;
    lock_checked_at: number | null;
    /** When its lock is to be looked at; null for what is never locked. */
    lock_due_at: number | null;
  };
  derivatives: DerivativeRow;
  derivative_leftovers: { vault_key: string; recording_id: string };
  work: WorkRow;
  workers: WorkersRow;
  cases: {
    number: string;
    title: string;
    stage: string;
    category: string | null;
    officer_ids: string;
    created_at: number;
    opened_on: string | null;
    /** JSON list of `{step, on}`. */
    steps: Generated<string>;
    confidentiality: string | null;
    privacy: Generated<string>;
  };
  case_events: {
    id: string;
    case_number: string;
    stage: string;
    officer_ids: string;
    start_at: number;
    end_at: number;
    place: string | null;
  };
  suggestions: {
    id: string;
    recording_id: string;
    case_number: string;
    event_id: string;
    reason: string;
    overlap_ms: number;
    state: string;
    decided_by: string | null;
    created_at: number;
  };
  uploads: { key: string; upload_id: string; part_bytes: number; started_at: number };
  upload_parts: { key: string; number: number; etag: string; bytes: number };
  custody: CustodyRow;
  /** Entries of version 1. */
  custody_former: CustodyRow;
  custody_subjects: { subject: string; seq: number };
  custody_beside: { seq: number; name: string; salt: Uint8Array | null; bytes: Uint8Array };
  /** How far the log was shipped to a place: the place has every entry before `next`. */
  custody_shipped: { place: string; next: number };
  /** Entries with a personal value that is erased in the ledger, but not in the place yet. */
  custody_erased: { place: string; seq: number };
  /** Append-only. Each row is a value that a fact has from its entry on. `value` is JSON. */
  facts: { subject: string; seq: number; name: string; value: string; from: number; actor: string };
  /** The index of questions (filing.ts): a row for each term of an entry. */
  audit_terms: { term: string; seq: number; at: number; type: string; outcome: string };
  /** By hour since 1970: the first and the last entry that names a time within it. */
  audit_hours: { hour: number; first: number; last: number };
  counters: { name: string; value: number };
  units: { id: string; name: string; parent: string | null; created_at: number; closed_at: number | null };
  /** `roles`: JSON list. */
  users: {
    id: string;
    account: string;
    name: string;
    officer: string | null;
    unit: string | null;
    roles: string;
    state: string;
    created_at: number;
  };
  /** Append-only. */
  user_units: { n: Generated<number>; user_id: string; unit_id: string | null; at: number };
  set_up_links: { user_id: string; token_sha256: string; made_at: number; ends_at: number };
  kept_answers: KeptAnswerRow;
  /** Append-only but for how a version stands and who decided that. Actors are JSON. */
  policies: {
    version: number;
    state: string;
    source: string;
    text: string;
    sha256: string;
    proposed_by: string;
    proposed_person: string;
    proposed_at: number;
    decided_by: string | null;
    decided_at: number | null;
  };
  /** Triggers keep it. */
  case_officers: { officer_id: string; case_number: string };
  credentials: {
    user: string;
    password: string | null;
    password_set_at: number | null;
    totp_secret: string | null;
    totp_set_at: number | null;
    /** JSON list of steps whose code was used. */
    totp_steps: Generated<string>;
  };
  recovery_codes: { user: string; sha256: string; made_at: number; used_at: number | null };
  sessions: {
    id: string;
    user: string;
    token_sha256: string;
    method: string;
    /** JSON list. */
    roles: string;
    address: string | null;
    agent: string | null;
    began_at: number;
    used_at: number;
    age_ms: number;
  };
  sign_in_tries: { by: string; key: string; failures: number; failed_at: number };
  tokens: TokenRow;
  kiosks: KioskRow;
  pins: { user: string; hash: string; set_at: number };
  badges: { user: string; badge_sha256: string; ending: string; assigned_at: number };
  confirmations: { user: string; docking_id: string; kiosk: string; at: number };
  latest_time: { one: number; at: number };
  notices: { id: string; user_id: string; kind: string; request_id: string; at: number; read_at: number | null };
  notice_deliveries: { notice_id: string; way: string; state: string; attempts: number; due_at: number; reason: string | null };
}

interface CustodyRow {
  seq: number;
  at: number;
  type: string;
  actor: string;
  subject: string;
  prev: string;
  hash: string;
  bytes: Uint8Array;
}

export interface DockingRow {
  id: string;
  slot: number;
  port: string;
  recorder_serial: string;
  vendor_id: string | null;
  product_id: string | null;
  told_serial: string | null;
  driver_id: string;
  driver_score: number;
  driver_why: string;
  clock_offset_ms: number | null;
  battery_percent: number | null;
  state: string;
  problem_code: string | null;
  problem_detail: string | null;
  arrived_at: number;
  listed_at: number | null;
  unchanged_at: number | null;
  safe_at: number | null;
  removed_at: number | null;
  files_listed: number;
  files_known: number;
  files_refused: number;
  bytes_listed: number;
  files_to_recheck: Generated<number>;
  files_rechecked: Generated<number>;
}

export interface RecordingRow {
  id: string;
  docking_id: string;
  recorder_serial: string;
  kind: string;
  officer_id: string | null;
  officer_source: string | null;
  category: string | null;
  important: number;
  state: string;
  damaged: number;
  damage_reason: string | null;
  claimed_start: string | null;
  claimed_from: string | null;
  start_at: number | null;
  clock_offset_ms: number | null;
  duration_ms: number | null;
  original_count: number;
  missing_count: Generated<number>;
  duplicate_of: string | null;
  created_at: number;
  /** start_at, or created_at if there is none. Lists are sorted by it. */
  sort_at: number;
  /** When it was last archived whole. */
  archived_at: number | null;
  /** In how many cases the recording is; triggers keep it. */
  case_count: Generated<number>;
  notes: Generated<string>;
  start_claims: Generated<string>;
  confidentiality: string | null;
  /** JSON list of marks. */
  privacy: Generated<string>;
}

export interface OriginalRow {
  id: string;
  recording_id: string;
  docking_id: string;
  recorder_serial: string;
  role: string;
  idx: number;
  kind: string;
  card_path: string;
  bytes: number;
  mtime_ms: number;
  important: number;
  state: string;
  vault_key: string;
  take: string | null;
  duration_ms: number | null;
  sha256: string | null;
  sm3: string | null;
  duplicate_of: string | null;
  copied_at: number | null;
  sealed_at: number | null;
  /** Recording with the new version of the file, if the original was closed as replaced. */
  replaced_by: string | null;
  /** JSON list of `{start, end}`. */
  gaps: Generated<string>;
  source_reread: string | null;
  /** When a full sample of the file on a card was last found the same. */
  sampled_at: number | null;
  /** When the whole file was last compared, and in which docking. */
  rechecked_at: number | null;
  rechecked_in: string | null;
  /** When its bytes were removed from the vault; null: they are there, or never came. */
  evicted_at: number | null;
  /** SHA-256 of the list of its blocks' digests, if there is one. */
  blocks_sha256: string | null;
}

export interface DerivativeRow {
  id: string;
  recording_id: string;
  kind: string;
  recipe: string;
  inputs: string;
  vault_key: string;
  media_type: string;
  bytes: number;
  sha256: string;
  created_at: number;
  evicted_at: number | null;
  needed_at: number;
}

interface KeptAnswerRow {
  by: string;
  key: string;
  request: string;
  status: number;
  location: string | null;
  /** 0: the body of the answer is not kept. */
  has_body: number;
  body: string | null;
  at: number;
  sight: string;
}

interface TokenRow {
  id: string;
  owner: string;
  name: string;
  /** JSON list. */
  scopes: string;
  secret_sha256: string;
  made_at: number;
  expires_at: number;
  last_use_at: number | null;
  ended_at: number | null;
  ended: string | null;
}

interface KioskRow {
  id: string;
  name: string;
  /** JSON list of numbers. */
  slots: string;
  secret_sha256: string;
  paired_at: number;
  last_seen_at: number | null;
  revoked_at: number | null;
}

export interface WorkersRow {
  name: string;
  key_sha256: string;
  invited_at: number;
  revoked_at: number | null;
}

export interface WorkRow {
  id: string;
  stage: string;
  recording_id: string;
  state: string;
  priority: number;
  attempts: number;
  due_at: number;
  percent: number;
  owner: string | null;
  /** Host that holds the work; null unless it runs. */
  host: string | null;
  /** Number of the last claim; each claim adds one. */
  token: number;
  /** For how long the lease was last given, ms. The process that holds the ledger knows when it ends, by its monotonic clock. */
  lease_ms: number | null;
  error_code: string | null;
  error_detail: string | null;
  created_at: number;
  updated_at: number;
}
