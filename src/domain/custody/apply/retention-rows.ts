import type { Json } from '#domain/canonical-json';
import { json, plain } from './columns.ts';

/** Tables of schedules and of the terms that they make (rows.ts). */
export interface RetentionProjections {
  retention_schedules: {
    version: number;
    state: string;
    text: string;
    sha256: string;
    proposed_by: Json;
    proposed_person: string;
    proposed_at: number;
    decided_by: Json;
    decided_at: number | null;
    in_force_at: number | null;
    turn: number | null;
  };
  retention_dry_runs: { version: number; digest: string; against: number | null; by: Json; at: number };
  retention_terms: {
    recording_id: string;
    version: number;
    earned_kind: string;
    earned_until: number | null;
    waits_for: string | null;
    floor_kind: string;
    floor_ms: number | null;
    maximum_kind: string;
    maximum_ms: number | null;
    maximum_waits: string | null;
    action: string;
    lock: Json;
    winner: string;
    conflict: boolean;
    bases: Json;
    corrections: number;
  };
  retention_corrections: {
    number: number;
    recording_id: string;
    state: string;
    reason: string | null;
    proposed_by: Json;
    proposed_person: string;
    proposed_at: number;
    decided_by: Json;
    decided_at: number | null;
  };
}

export const RETENTION_PROJECTIONS = {
  retention_schedules: {
    key: ['version'],
    columns: {
      ...plain('version', 'state', 'text', 'sha256', 'proposed_person', 'proposed_at', 'decided_at', 'in_force_at', 'turn'),
      ...{ ...json('proposed_by'), ...json('decided_by') },
    },
  },
  retention_dry_runs: { key: ['version'], columns: { ...plain('version', 'digest', 'against', 'at'), ...json('by') } },
  retention_terms: {
    key: ['recording_id'],
    columns: {
      ...plain('recording_id', 'version', 'earned_kind', 'earned_until', 'waits_for', 'floor_kind', 'floor_ms', 'maximum_kind'),
      ...{ ...plain('maximum_ms', 'maximum_waits', 'action', 'winner', 'conflict', 'corrections'), ...json('lock'), ...json('bases') },
    },
  },
  retention_corrections: {
    key: ['number'],
    columns: {
      ...plain('number', 'recording_id', 'state', 'reason', 'proposed_person', 'proposed_at', 'decided_at'),
      ...{ ...json('proposed_by'), ...json('decided_by') },
    },
  },
} as const;
