import type { Json } from '#domain/canonical-json';
import { json, plain } from './columns.ts';

/** Tables of lists for disposal, of what is being destroyed, and of what stays (rows.ts). */
export interface DisposalProjections {
  disposals: {
    id: string;
    state: string;
    rule: string;
    due_before: number;
    digest: string;
    proposed_by: string;
    proposed_roles: Json;
    proposed_at: number;
    approved_by: string | null;
    approved_roles: Json;
    approved_at: number | null;
    approved_digest: string | null;
    waits_until: number | null;
    began_at: number | null;
    ended_at: number | null;
    why: Json;
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
    why: Json;
  };
  tombstones: {
    id: string;
    recording_id: string;
    disposal_id: string;
    rule: string;
    proposed_by: string;
    approved_by: string;
    at: number;
    originals: Json;
  };
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
}

export const DISPOSAL_PROJECTIONS = {
  disposals: {
    key: ['id'],
    columns: {
      ...plain(
        'id',
        'state',
        'rule',
        'due_before',
        'digest',
        'proposed_by',
        'proposed_at',
        'approved_by',
        'approved_at',
        'approved_digest',
      ),
      ...plain('waits_until', 'began_at', 'ended_at'),
      ...json('proposed_roles', 'approved_roles', 'why'),
    },
  },
  disposal_items: {
    key: ['disposal_id', 'recording_id'],
    columns: {
      ...plain('disposal_id', 'recording_id', 'state', 'rule', 'due_at', 'files', 'bytes', 'duration_ms', 'contents'),
      ...json('why'),
    },
  },
  tombstones: {
    key: ['id'],
    columns: { ...plain('id', 'recording_id', 'disposal_id', 'rule', 'proposed_by', 'approved_by', 'at'), ...json('originals') },
  },
  destructions: {
    key: ['place', 'key'],
    columns: plain('place', 'key', 'version', 'recording_id', 'item_id', 'what', 'bytes', 'sha256', 'why', 'disposal_id', 'began_at'),
  },
} as const;
