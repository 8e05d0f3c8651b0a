/** Shifts of officers, as the agency's roster has them. */
export const SHIFTS = [
  `CREATE TABLE shifts (
    id TEXT PRIMARY KEY, officer_id TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL, set_at INTEGER NOT NULL) STRICT`,
  'CREATE INDEX shifts_by_officer ON shifts (officer_id, start_at, end_at)',
  'CREATE INDEX shifts_by_start ON shifts (start_at)',
];
