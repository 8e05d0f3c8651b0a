import type { Json } from '#domain/canonical-json';
import { plain } from './columns.ts';
import { DISPOSAL_PROJECTIONS, type DisposalProjections } from './disposal-rows.ts';
import { DUTY_PROJECTIONS, type DutyProjections } from './duty-rows.ts';
import { HOLD_PROJECTIONS, type HoldProjections } from './hold-rows.ts';
import { RETENTION_PROJECTIONS, type RetentionProjections } from './retention-rows.ts';
import { SHIFT_PROJECTIONS, type ShiftProjections } from './shift-rows.ts';

/**
 * The tables and columns that can be rebuilt from the custody log alone. Names are those of the ledger, because people read them in the findings of a
 * verification. Times are ms since 1970. docs/design.md, "What the log rebuilds", names every other column and where it comes from.
 */
export interface Projections extends DisposalProjections, DutyProjections, HoldProjections, RetentionProjections, ShiftProjections {
  slots: { port: string; slot: number };
  officers: { id: string; name: string; unit: string | null };
  recorders: {
    serial: string;
    model: string | null;
    driver_id: string | null;
    assigned_officer_id: string | null;
    first_seen_at: number | null;
    last_seen_at: number | null;
  };
  recorder_assignments: { serial: string; officer_id: string | null; at: number };
  recorder_holdings: { id: string; serial: string; officer_id: string; from_at: number; to_at: number | null };
  dockings: {
    id: string;
    slot: number;
    port: string;
    recorder_serial: string;
    vendor_id: string | null;
    product_id: string | null;
    told_serial: string | null;
    driver_id: string;
    driver_score: number;
    driver_why: Json;
    clock_offset_ms: number | null;
    battery_percent: number | null;
    state: string;
    arrived_at: number;
    safe_at: number | null;
    removed_at: number | null;
  };
  refusals: { docking_id: string; card_path: string; code: string; detail: Json; at: number };
  recordings: {
    id: string;
    docking_id: string;
    recorder_serial: string;
    kind: string;
    officer_id: string | null;
    officer_source: string | null;
    category: string | null;
    important: boolean;
    damaged: boolean;
    damage_reason: Json;
    notes: Json;
    claimed_start: string | null;
    claimed_from: string | null;
    start_claims: Json;
    start_at: number | null;
    clock_offset_ms: number | null;
    duration_ms: number | null;
    original_count: number;
    missing_count: number;
    created_at: number;
    archived_at: number | null;
    confidentiality: string | null;
    privacy: Json;
  };
  recording_links: { recording_id: string; relation: string; other_id: string };
  recording_cases: { recording_id: string; case_number: string };
  originals: {
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
    important: boolean;
    take: Json;
    vault_key: string;
    state: string;
    sha256: string | null;
    sm3: string | null;
    duplicate_of: string | null;
    gaps: Json;
    source_reread: string | null;
    copied_at: number | null;
    sealed_at: number | null;
    duration_ms: number | null;
    replaced_by: string | null;
    rechecked_at: number | null;
    rechecked_in: string | null;
    evicted_at: number | null;
    blocks_sha256: string | null;
  };
  copies: {
    recording_id: string;
    item_id: string;
    place: string;
    key: string;
    bytes: number;
    verified_by: string;
    sha256: string | null;
    version_id: string | null;
    manifest_version_id: string | null;
    lock_mode: string | null;
    locked_until: number | null;
    legal_hold: boolean;
  };
  archive_findings: {
    place: string;
    kind: string;
    key: string;
    version_id: string;
    recording_id: string | null;
    what: Json;
    found_at: number;
    settled_at: number | null;
  };
  derivatives: {
    id: string;
    recording_id: string;
    kind: string;
    recipe: string;
    inputs: Json;
    vault_key: string;
    media_type: string;
    bytes: number;
    sha256: string;
    created_at: number;
    evicted_at: number | null;
  };
  cases: {
    number: string;
    title: string;
    stage: string;
    category: string | null;
    officer_ids: Json;
    created_at: number;
    opened_on: string | null;
    steps: Json;
    confidentiality: string | null;
    privacy: Json;
  };
  case_events: {
    id: string;
    case_number: string;
    stage: string;
    officer_ids: Json;
    start_at: number;
    end_at: number;
    place: string | null;
  };
  suggestions: {
    id: string;
    recording_id: string;
    case_number: string;
    event_id: string;
    reason: Json;
    overlap_ms: number;
    state: string;
    decided_by: string | null;
    created_at: number;
  };
  workers: { name: string; key_sha256: string; invited_at: number; revoked_at: number | null };
  tokens: {
    id: string;
    owner: string;
    name: string;
    scopes: Json;
    secret_sha256: string;
    made_at: number;
    expires_at: number;
    ended_at: number | null;
    ended: string | null;
  };
  kiosks: { id: string; name: string; slots: Json; secret_sha256: string; paired_at: number; revoked_at: number | null };
  pins: { user: string; set_at: number };
  badges: { user: string; ending: string; assigned_at: number };
  confirmations: { user: string; docking_id: string; kiosk: string; at: number };
  units: { id: string; name: string; parent: string | null; created_at: number; closed_at: number | null };
  users: {
    id: string;
    account: string;
    name: string;
    officer: string | null;
    unit: string | null;
    roles: Json;
    state: string;
    created_at: number;
  };
  user_units: { user_id: string; unit_id: string | null; at: number };
  call_up_requests: CallUpTarget & {
    id: string;
    asker: string;
    asker_unit: string | null;
    asker_roles: Json;
    later: boolean;
    actions: Json;
    purpose: string;
    words: string | null;
    urgent: boolean;
    asked_at: number;
    until_at: number;
    policy: number;
    approvers: Json;
    units: Json;
    confirm_due_at: number | null;
    confirmed: boolean | null;
    told_unconfirmed: boolean;
    grant_id: string | null;
    state: string;
  };
  call_up_grants: CallUpTarget & {
    id: string;
    request_id: string;
    user_id: string;
    user_unit: string | null;
    user_roles: Json;
    actions: Json;
    later: boolean;
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
    units: Json;
  };
  grant_recordings: { grant_id: string; recording_id: string };
}

interface CallUpTarget {
  target: string;
  case_number: string | null;
  recording_ids: Json;
  officer_id: string | null;
  window_from: number | null;
  window_to: number | null;
}

export type ProjectionName = keyof Projections;

/**
 * Values as the log tells them. undefined: the value is unknown, because it was erased or because an older version wrote the entry. An unknown value
 * contradicts nothing.
 */
type Told<T> = { readonly [C in keyof T]: T[C] | undefined };
export type Key<T> = { readonly [C in keyof T]?: T[C] };

/** What one entry does to one table. */
export type RowChange = {
  [T in ProjectionName]:
    | { readonly does: 'add'; readonly table: T; readonly row: Told<Projections[T]> }
    /** Changes every row with the values of `where`. If these are the key of a row (PROJECTIONS) that the log never added, the row is older than the log. */
    | { readonly does: 'set'; readonly table: T; readonly where: Key<Projections[T]>; readonly fields: Partial<Told<Projections[T]>> }
    | { readonly does: 'remove'; readonly table: T; readonly where: Key<Projections[T]> };
}[ProjectionName];

interface Projection<R> {
  /** The columns by which a row is found. null: rows are only ever added, and a row is found by its place among those with the same first column. */
  readonly key: readonly (keyof R & string)[] | null;
  /** Every column. `json`: the ledger holds the value as JSON text. */
  readonly columns: { readonly [C in keyof R]: 'plain' | 'json' };
}

const TARGET = { ...plain('target', 'case_number', 'officer_id', 'window_from', 'window_to'), recording_ids: 'json' } as const;

export const PROJECTIONS: { readonly [T in ProjectionName]: Projection<Projections[T]> } = {
  slots: { key: ['port'], columns: plain('port', 'slot') },
  officers: { key: ['id'], columns: plain('id', 'name', 'unit') },
  recorders: { key: ['serial'], columns: plain('serial', 'model', 'driver_id', 'assigned_officer_id', 'first_seen_at', 'last_seen_at') },
  recorder_holdings: { key: ['id'], columns: plain('id', 'serial', 'officer_id', 'from_at', 'to_at') },
  recorder_assignments: { key: null, columns: plain('serial', 'officer_id', 'at') },
  dockings: {
    key: ['id'],
    columns: {
      ...plain('id', 'slot', 'port', 'recorder_serial', 'vendor_id', 'product_id', 'told_serial', 'driver_id', 'driver_score'),
      ...{ driver_why: 'json', ...plain('clock_offset_ms', 'battery_percent', 'state', 'arrived_at', 'safe_at', 'removed_at') },
    },
  },
  refusals: { key: null, columns: { ...plain('docking_id', 'card_path', 'code', 'at'), detail: 'json' } },
  recordings: {
    key: ['id'],
    columns: {
      ...plain('id', 'docking_id', 'recorder_serial', 'kind', 'officer_id', 'officer_source', 'category', 'important', 'damaged'),
      ...plain('claimed_start', 'claimed_from', 'start_at', 'clock_offset_ms', 'duration_ms', 'original_count'),
      ...{
        ...plain('missing_count', 'created_at', 'archived_at', 'confidentiality'),
        notes: 'json',
        start_claims: 'json',
        privacy: 'json',
        damage_reason: 'json',
      },
    },
  },
  recording_links: { key: ['recording_id', 'relation', 'other_id'], columns: plain('recording_id', 'relation', 'other_id') },
  recording_cases: { key: ['recording_id', 'case_number'], columns: plain('recording_id', 'case_number') },
  originals: {
    key: ['id'],
    columns: {
      ...plain('id', 'recording_id', 'docking_id', 'recorder_serial', 'role', 'idx', 'kind', 'card_path', 'bytes', 'mtime_ms', 'important'),
      ...plain('vault_key', 'state', 'sha256', 'sm3', 'duplicate_of', 'source_reread', 'copied_at', 'sealed_at', 'duration_ms'),
      ...{ ...plain('replaced_by', 'rechecked_at', 'rechecked_in', 'evicted_at', 'blocks_sha256'), take: 'json', gaps: 'json' },
    },
  },
  copies: {
    key: ['recording_id', 'item_id', 'place'],
    columns: plain(
      ...(['recording_id', 'item_id', 'place', 'key', 'bytes', 'verified_by', 'sha256'] as const),
      ...(['version_id', 'manifest_version_id', 'lock_mode', 'locked_until', 'legal_hold'] as const),
    ),
  },
  archive_findings: {
    key: ['place', 'kind', 'key', 'version_id'],
    columns: { ...plain('place', 'kind', 'key', 'version_id', 'recording_id', 'found_at', 'settled_at'), what: 'json' },
  },
  derivatives: {
    key: ['recording_id', 'kind'],
    columns: {
      ...plain('id', 'recording_id', 'kind', 'recipe', 'vault_key', 'media_type', 'bytes', 'sha256', 'created_at'),
      ...{ ...plain('evicted_at'), inputs: 'json' },
    },
  },
  cases: {
    key: ['number'],
    columns: {
      ...plain('number', 'title', 'stage', 'category', 'created_at', 'opened_on', 'confidentiality'),
      ...{ officer_ids: 'json', steps: 'json', privacy: 'json' },
    },
  },
  case_events: {
    key: ['id'],
    columns: { ...plain('id', 'case_number', 'stage', 'start_at', 'end_at', 'place'), officer_ids: 'json' },
  },
  suggestions: {
    key: ['id'],
    columns: {
      ...plain('id', 'recording_id', 'case_number', 'event_id', 'overlap_ms', 'state', 'decided_by', 'created_at'),
      reason: 'json',
    },
  },
  workers: { key: ['name'], columns: plain('name', 'key_sha256', 'invited_at', 'revoked_at') },
  tokens: {
    key: ['id'],
    columns: { ...plain('id', 'owner', 'name', 'secret_sha256', 'made_at', 'expires_at', 'ended_at', 'ended'), scopes: 'json' },
  },
  kiosks: { key: ['id'], columns: { ...plain('id', 'name', 'secret_sha256', 'paired_at', 'revoked_at'), slots: 'json' } },
  pins: { key: ['user'], columns: plain('user', 'set_at') },
  badges: { key: ['user'], columns: plain('user', 'ending', 'assigned_at') },
  confirmations: { key: ['user', 'docking_id'], columns: plain('user', 'docking_id', 'kiosk', 'at') },
  units: { key: ['id'], columns: plain('id', 'name', 'parent', 'created_at', 'closed_at') },
  users: { key: ['id'], columns: { ...plain('id', 'account', 'name', 'officer', 'unit', 'state', 'created_at'), roles: 'json' } },
  user_units: { key: null, columns: plain('user_id', 'unit_id', 'at') },
  call_up_requests: {
    key: ['id'],
    columns: {
      ...TARGET,
      ...plain('id', 'asker', 'asker_unit', 'later', 'purpose', 'words', 'urgent', 'asked_at', 'until_at', 'policy', 'state'),
      ...plain('confirm_due_at', 'confirmed', 'told_unconfirmed', 'grant_id'),
      ...{ asker_roles: 'json', actions: 'json', approvers: 'json', units: 'json' },
    },
  },
  call_up_grants: {
    key: ['id'],
    columns: {
      ...TARGET,
      ...plain('id', 'request_id', 'user_id', 'user_unit', 'later', 'closings', 'from_at', 'until_at', 'ended_at', 'why_ended'),
      ...{ ...plain('ended_by', 'rule', 'policy', 'approver', 'level'), user_roles: 'json', actions: 'json', units: 'json' },
    },
  },
  grant_recordings: { key: ['grant_id', 'recording_id'], columns: plain('grant_id', 'recording_id') },
  ...DISPOSAL_PROJECTIONS,
  ...DUTY_PROJECTIONS,
  ...HOLD_PROJECTIONS,
  ...RETENTION_PROJECTIONS,
  ...SHIFT_PROJECTIONS,
};

export function add<T extends ProjectionName>(table: T, row: Told<Projections[T]>): RowChange {
  return { does: 'add', table, row } as RowChange;
}

export function set<T extends ProjectionName>(table: T, where: Key<Projections[T]>, fields: Partial<Told<Projections[T]>>): RowChange {
  return { does: 'set', table, where, fields } as RowChange;
}

export function remove<T extends ProjectionName>(table: T, where: Key<Projections[T]>): RowChange {
  return { does: 'remove', table, where } as RowChange;
}
