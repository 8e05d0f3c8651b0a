const TARGET = `target TEXT NOT NULL, case_number TEXT, recording_ids TEXT, officer_id TEXT, window_from INTEGER, window_to INTEGER`;

/** Condition of the partial index of grants. A query that is to use the index repeats it word for word. */
export const GRANT_HOLDS = 'ended_at IS NULL';

/** Adds requests for call-up, grants, and notices with their ways out of the station. */
export const CALL_UPS = [
  `CREATE TABLE call_up_requests (
    id TEXT PRIMARY KEY, asker TEXT NOT NULL, asker_unit TEXT, asker_roles TEXT NOT NULL, ${TARGET}, later INTEGER NOT NULL,
    actions TEXT NOT NULL, purpose TEXT NOT NULL, words TEXT, urgent INTEGER NOT NULL, asked_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
    policy INTEGER NOT NULL, approvers TEXT NOT NULL, units TEXT NOT NULL, state TEXT NOT NULL, decision TEXT, confirm_due_at INTEGER,
    confirmed INTEGER, confirmation TEXT, told_unconfirmed INTEGER NOT NULL DEFAULT 0, grant_id TEXT) STRICT, WITHOUT ROWID`,
  'CREATE INDEX call_up_requests_of ON call_up_requests (asker, id)',
  'CREATE INDEX call_up_requests_in ON call_up_requests (state, id)',
  `CREATE INDEX call_up_requests_to_confirm ON call_up_requests (confirm_due_at) WHERE confirm_due_at IS NOT NULL AND confirmed IS NULL`,
  `CREATE TABLE call_up_grants (
    id TEXT PRIMARY KEY, request_id TEXT NOT NULL REFERENCES call_up_requests (id), user_id TEXT NOT NULL, user_unit TEXT,
    user_roles TEXT NOT NULL, ${TARGET}, actions TEXT NOT NULL, later INTEGER NOT NULL, closings INTEGER NOT NULL, from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL, ended_at INTEGER, why_ended TEXT, ended_by TEXT, rule TEXT, policy INTEGER NOT NULL, approver TEXT) STRICT, WITHOUT ROWID`,
  `CREATE INDEX call_up_grants_holding ON call_up_grants (user_id, until_at DESC) WHERE ${GRANT_HOLDS}`,
  // One row: the latest time that the station has noted.
  'CREATE TABLE latest_time (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT',
  'CREATE INDEX call_up_grants_of ON call_up_grants (user_id, id)',
  'CREATE TABLE grant_recordings (grant_id TEXT NOT NULL REFERENCES call_up_grants (id), recording_id TEXT NOT NULL, PRIMARY KEY (grant_id, recording_id)) STRICT, WITHOUT ROWID',
  'CREATE TABLE notices (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL, request_id TEXT NOT NULL, at INTEGER NOT NULL, read_at INTEGER) STRICT, WITHOUT ROWID',
  'CREATE INDEX notices_of ON notices (user_id, id)',
  `CREATE TABLE notice_deliveries (
    notice_id TEXT NOT NULL REFERENCES notices (id), way TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL,
    reason TEXT, PRIMARY KEY (notice_id, way)) STRICT, WITHOUT ROWID`,
  "CREATE INDEX notice_deliveries_due ON notice_deliveries (due_at) WHERE state = 'waiting'",
];

/** Adds what a grant does not go beyond. One of before covers no more than what nobody has marked as secret. */
export const BOUNDS_OF_GRANTS = [
  "ALTER TABLE call_up_grants ADD COLUMN level TEXT NOT NULL DEFAULT 'internal'",
  'ALTER TABLE call_up_grants ADD COLUMN units TEXT',
];
