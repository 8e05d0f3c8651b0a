import { plain } from './columns.ts';

/** Table of shifts (rows.ts). */
export interface ShiftProjections {
  shifts: { id: string; officer_id: string; start_at: number; end_at: number; set_at: number };
}

export const SHIFT_PROJECTIONS = { shifts: { key: ['id'], columns: plain('id', 'officer_id', 'start_at', 'end_at', 'set_at') } } as const;
