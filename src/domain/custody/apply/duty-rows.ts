import { plain } from './columns.ts';

/** Table of duties (rows.ts). */
export interface DutyProjections {
  duties: {
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
  };
}

export const DUTY_PROJECTIONS = {
  duties: {
    key: ['id'],
    columns: plain(
      ...(['id', 'kind', 'subject_kind', 'subject_id', 'owner_role', 'owner_unit', 'since_at', 'due_at', 'state', 'opened_at'] as const),
      ...(['ack_by', 'ack_at', 'ack_until', 'ack_reason', 'done_at'] as const),
    ),
  },
} as const;
