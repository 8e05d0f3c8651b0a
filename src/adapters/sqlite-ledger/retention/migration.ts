/** What of a recording, of a case and of an officer a term is counted from. Whoever changes it makes terms stale, without having to know of it. */
export const TERM_COLUMNS = [
  ...['kind', 'officer_id', 'category', 'important', 'state', 'damaged', 'start_at', 'claimed_start', 'notes', 'confidentiality'],
  'archived_at',
] as const;
export const TERM_COLUMNS_OF_CASE = ['category', 'stage', 'opened_on', 'steps', 'confidentiality'] as const;

// Not INSERT OR IGNORE: the statement that fires a trigger decides what happens to a conflict inside it, and that of an upsert is to fail.
const mark = (id: string) => `INSERT INTO retention_stale VALUES (${id}) ON CONFLICT DO NOTHING;`;
const markAll = (ids: string) => `INSERT INTO retention_stale ${ids} ON CONFLICT DO NOTHING;`;
/** Recordings that belong to a case, or belonged to it and earned something by it. */
export const ofCase = (number: string) =>
  `SELECT recording_id FROM recording_cases WHERE case_number = ${number} UNION SELECT recording_id FROM retention_waits WHERE case_number = ${number}`;
export const OF_UNITS = 'SELECT id FROM recordings WHERE officer_id IN (SELECT id FROM officers WHERE unit IS NOT NULL)';
const changed = (columns: readonly string[]) => columns.map((name) => `NEW.${name} IS NOT OLD.${name}`).join(' OR ');
const refuse = (name: string, when: string, words: string) =>
  `CREATE TRIGGER ${name} BEFORE ${when} BEGIN SELECT RAISE(ABORT, '${words}'); END`;

/** A floor that is lower than before, of a row that no two persons have corrected. */
export const FLOOR_FALLS = `NEW.corrections <= OLD.corrections AND (
  (OLD.floor_kind = 'permanent' AND NEW.floor_kind <> 'permanent')
  OR (OLD.floor_kind = 'instant' AND (NEW.floor_kind = 'none' OR (NEW.floor_kind = 'instant' AND NEW.floor_ms < OLD.floor_ms))))`;
const FLOOR_WORDS = 'what a recording has earned does not fall';
/** What of a version never changes. */
export const SCHEDULE_STAYS = 'version, text, sha256, proposed_by, proposed_person, proposed_at';

/**
 * Schedules with their dry runs, the term of each recording, and which terms are stale. Triggers mark terms as stale in the transaction that changes what they
 * are counted from, and the ledger itself refuses a term that falls.
 */
export const RETENTION = [
  'ALTER TABLE recordings ADD COLUMN archived_at INTEGER',
  `UPDATE recordings SET archived_at = coalesce(
    (SELECT max(custody.at) FROM custody_subjects JOIN custody ON custody.seq = custody_subjects.seq
      WHERE custody_subjects.subject = 'recording:' || recordings.id AND custody.type = 'recording.archived'),
    (SELECT max(verified_at) FROM copies WHERE recording_id = recordings.id AND place <> 'vault')) WHERE state = 'archived'`,
  `CREATE TABLE retention_schedules (
    version INTEGER PRIMARY KEY, state TEXT NOT NULL, text TEXT NOT NULL, sha256 TEXT NOT NULL, proposed_by TEXT NOT NULL,
    proposed_person TEXT NOT NULL, proposed_at INTEGER NOT NULL, decided_by TEXT, decided_at INTEGER, in_force_at INTEGER, turn INTEGER) STRICT`,
  `CREATE UNIQUE INDEX retention_in_force ON retention_schedules (state) WHERE state IN ('in-force', 'adopted')`,
  refuse('retention_schedules_stay', `UPDATE OF ${SCHEDULE_STAYS} ON retention_schedules`, 'schedules are append-only'),
  refuse('retention_schedules_refuse_delete', 'DELETE ON retention_schedules', 'schedules are append-only'),
  `CREATE TABLE retention_dry_runs (
    version INTEGER PRIMARY KEY, digest TEXT NOT NULL, against INTEGER, by TEXT NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL) STRICT`,
  `CREATE TABLE retention_terms (
    recording_id TEXT PRIMARY KEY, version INTEGER NOT NULL, earned_kind TEXT NOT NULL, earned_until INTEGER, waits_for TEXT,
    floor_kind TEXT NOT NULL, floor_ms INTEGER, maximum_kind TEXT NOT NULL, maximum_ms INTEGER, maximum_waits TEXT, action TEXT NOT NULL, lock TEXT NOT NULL,
    winner TEXT NOT NULL, conflict INTEGER NOT NULL, bases TEXT NOT NULL, corrections INTEGER NOT NULL, turn INTEGER NOT NULL, counted_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  `CREATE INDEX retention_terms_due ON retention_terms (earned_until, recording_id) WHERE earned_kind = 'instant'`,
  `CREATE INDEX retention_terms_waiting ON retention_terms (waits_for, recording_id) WHERE earned_kind = 'waiting'`,
  'CREATE INDEX retention_terms_by_turn ON retention_terms (turn, recording_id)',
  'CREATE INDEX retention_terms_in_conflict ON retention_terms (recording_id) WHERE conflict = 1',
  refuse('retention_terms_never_fall', `UPDATE ON retention_terms WHEN ${FLOOR_FALLS}`, FLOOR_WORDS),
  refuse('retention_terms_refuse_delete', 'DELETE ON retention_terms', FLOOR_WORDS),
  'CREATE TABLE retention_waits (case_number TEXT NOT NULL, recording_id TEXT NOT NULL, PRIMARY KEY (case_number, recording_id)) STRICT, WITHOUT ROWID',
  'CREATE INDEX retention_waits_of ON retention_waits (recording_id)',
  'CREATE TABLE retention_stale (recording_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID',
  'INSERT INTO retention_stale SELECT id FROM recordings',
  `CREATE TRIGGER recordings_to_count AFTER INSERT ON recordings BEGIN ${mark('NEW.id')} END`,
  `CREATE TRIGGER recordings_to_recount AFTER UPDATE OF ${TERM_COLUMNS.join()} ON recordings WHEN ${changed(TERM_COLUMNS)} BEGIN ${mark('NEW.id')} END`,
  `CREATE TRIGGER recording_cases_to_recount AFTER INSERT ON recording_cases BEGIN ${mark('NEW.recording_id')} END`,
  `CREATE TRIGGER recording_cases_gone_to_recount AFTER DELETE ON recording_cases BEGIN ${mark('OLD.recording_id')} END`,
  `CREATE TRIGGER cases_to_recount AFTER UPDATE OF ${TERM_COLUMNS_OF_CASE.join()} ON cases WHEN ${changed(TERM_COLUMNS_OF_CASE)} BEGIN ${markAll(ofCase('NEW.number'))} END`,
  `CREATE TRIGGER officers_to_count AFTER INSERT ON officers BEGIN ${markAll('SELECT id FROM recordings WHERE officer_id = NEW.id')} END`,
  `CREATE TRIGGER officers_to_recount AFTER UPDATE OF unit ON officers WHEN NEW.unit IS NOT OLD.unit BEGIN ${markAll('SELECT id FROM recordings WHERE officer_id = NEW.id')} END`,
  // A unit that moves changes what is above the units of many officers. That is rare, so all that have a unit are counted again.
  `CREATE TRIGGER units_to_recount AFTER UPDATE OF parent ON units WHEN NEW.parent IS NOT OLD.parent BEGIN ${markAll(OF_UNITS)} END`,
  `CREATE TRIGGER suggestions_to_recount AFTER INSERT ON suggestions BEGIN ${mark('NEW.recording_id')} END`,
  `CREATE TRIGGER suggestions_decided_to_recount AFTER UPDATE OF state ON suggestions BEGIN ${mark('NEW.recording_id')} END`,
  `CREATE TABLE retention_corrections (
    number INTEGER PRIMARY KEY, recording_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, proposed_by TEXT NOT NULL, proposed_person TEXT NOT NULL,
    proposed_at INTEGER NOT NULL, decided_by TEXT, decided_at INTEGER) STRICT`,
  'CREATE INDEX retention_corrections_by_state ON retention_corrections (state, number)',
];
