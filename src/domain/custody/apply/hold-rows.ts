import type { Json } from '#domain/canonical-json';
import { json, plain } from './columns.ts';

/** Tables of legal holds (rows.ts). */
export interface HoldProjections {
  holds: {
    id: string;
    case_number: string | null;
    recording_ids: Json;
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
    findings: Json;
  };
  hold_terms: { term: string; hold_id: string };
  hold_recordings: { recording_id: string; hold_id: string; reached_at: number };
}

export const HOLD_PROJECTIONS = {
  holds: {
    key: ['id'],
    columns: {
      ...plain(
        'id',
        'case_number',
        'officer_id',
        'recorder_serial',
        'unit_id',
        'from_at',
        'to_at',
        'reason',
        'author',
        'set_at',
        'review_at',
      ),
      ...plain('released_at', 'released_by', 'release_reason', 'checked_at', 'checked_recordings'),
      ...json('recording_ids', 'findings'),
    },
  },
  hold_terms: { key: ['term', 'hold_id'], columns: plain('term', 'hold_id') },
  hold_recordings: { key: ['recording_id', 'hold_id'], columns: plain('recording_id', 'hold_id', 'reached_at') },
} as const;
