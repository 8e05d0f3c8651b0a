/** Duties: what somebody has to see to. Of one cause at most one is not done. */
export const DUTIES = [
  `CREATE TABLE duties (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL, owner_role TEXT NOT NULL, owner_unit TEXT,
    since_at INTEGER NOT NULL, due_at INTEGER NOT NULL, state TEXT NOT NULL, opened_at INTEGER NOT NULL, ack_by TEXT, ack_at INTEGER, ack_until INTEGER,
    ack_reason TEXT, done_at INTEGER) STRICT`,
  "CREATE UNIQUE INDEX duties_standing ON duties (subject_kind, subject_id, kind) WHERE state <> 'done'",
  "CREATE INDEX duties_not_done ON duties (id) WHERE state <> 'done'",
  `CREATE TRIGGER duties_refuse_delete BEFORE DELETE ON duties BEGIN SELECT RAISE(ABORT, 'duties are never deleted'); END`,
];

/** Of which overdue duties owners were told. It is bookkeeping: a rebuilt ledger tells once more. */
export const DUTY_TELLINGS = [
  'CREATE TABLE duty_tellings (duty_id TEXT PRIMARY KEY REFERENCES duties (id), at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  "CREATE INDEX duties_due ON duties (due_at, id) WHERE state = 'open'",
  'CREATE INDEX notices_by_time ON notices (user_id, kind, at)',
];
