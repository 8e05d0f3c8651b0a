import { type Kysely, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { EvidockError, said } from '#domain/errors';
import { STATION_HOST } from '#domain/work';
import { ARCHIVE_LOCKS } from './archive/migration.ts';
import { BOUNDS_OF_GRANTS, CALL_UPS } from './call-ups/migration.ts';
import { CASES_END } from './cases/migration.ts';
import { DISPOSALS } from './disposals/migration.ts';
import { DOORS } from './doors/migration.ts';
import { DUTIES, DUTY_TELLINGS } from './duties/migration.ts';
import { EVICTION, PLAYABLE_EVICTION, WAITING_FETCHES } from './eviction/migration.ts';
import { ARCHIVED_FACTS } from './facts-migration.ts';
import { HOLDS, REFUSED_HOLDS } from './holds/migration.ts';
import { makeAudit } from './looks/migration.ts';
import { secondPersons } from './people/second-person-migration.ts';
import { PEOPLE } from './people-migration.ts';
import { POLICIES } from './policies/migration.ts';
import { reasonsOfWords } from './reasons-migration.ts';
import { RETENTION } from './retention/migration.ts';
import type { Schema } from './schema.ts';
import { SCRUBS } from './scrubs/migration.ts';
import { SHIFTS } from './shifts/migration.ts';
import { SIGN_IN } from './sign-in/migration.ts';

// Rows that belong to a recording are stored by its id where possible (WITHOUT ROWID), so that a page of a list touches few pages of the file.
const TABLES = [
  `CREATE TABLE slots (port TEXT PRIMARY KEY, slot INTEGER NOT NULL UNIQUE CHECK (slot > 0)) STRICT`,
  `CREATE TABLE officers (id TEXT PRIMARY KEY, name TEXT NOT NULL, unit TEXT) STRICT`,
  `CREATE TABLE recorders (serial TEXT PRIMARY KEY, model TEXT, driver_id TEXT, assigned_officer_id TEXT, first_seen_at INTEGER, last_seen_at INTEGER) STRICT`,
  `CREATE TABLE recorder_assignments (n INTEGER PRIMARY KEY, serial TEXT NOT NULL, officer_id TEXT, at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE dockings (
    id TEXT PRIMARY KEY, slot INTEGER NOT NULL, port TEXT NOT NULL, recorder_serial TEXT NOT NULL, vendor_id TEXT, product_id TEXT,
    driver_id TEXT NOT NULL, driver_score INTEGER NOT NULL, driver_why TEXT NOT NULL, clock_offset_ms INTEGER, state TEXT NOT NULL,
    problem_code TEXT, problem_detail TEXT, arrived_at INTEGER NOT NULL, listed_at INTEGER, safe_at INTEGER, removed_at INTEGER,
    files_listed INTEGER NOT NULL, files_known INTEGER NOT NULL, files_refused INTEGER NOT NULL, bytes_listed INTEGER NOT NULL) STRICT`,
  `CREATE TABLE refusals (n INTEGER PRIMARY KEY, docking_id TEXT NOT NULL REFERENCES dockings (id), card_path TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE recordings (
    id TEXT PRIMARY KEY, docking_id TEXT NOT NULL REFERENCES dockings (id), recorder_serial TEXT NOT NULL, kind TEXT NOT NULL,
    officer_id TEXT, officer_source TEXT, category TEXT, important INTEGER NOT NULL, state TEXT NOT NULL, damaged INTEGER NOT NULL,
    damage_reason TEXT, claimed_start TEXT, claimed_from TEXT, start_at INTEGER, clock_offset_ms INTEGER, duration_ms INTEGER,
    original_count INTEGER NOT NULL, duplicate_of TEXT, created_at INTEGER NOT NULL, sort_at INTEGER NOT NULL,
    case_count INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID`,
  `CREATE TABLE recording_cases (
    recording_id TEXT NOT NULL REFERENCES recordings (id), case_number TEXT NOT NULL REFERENCES cases (number), sort_at INTEGER NOT NULL,
    PRIMARY KEY (recording_id, case_number)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE originals (
    id TEXT NOT NULL UNIQUE, recording_id TEXT NOT NULL REFERENCES recordings (id), docking_id TEXT NOT NULL REFERENCES dockings (id),
    recorder_serial TEXT NOT NULL, role TEXT NOT NULL, idx INTEGER NOT NULL, kind TEXT NOT NULL, card_path TEXT NOT NULL,
    bytes INTEGER NOT NULL, mtime_ms INTEGER NOT NULL, important INTEGER NOT NULL, state TEXT NOT NULL, vault_key TEXT NOT NULL UNIQUE,
    sha256 TEXT, sm3 TEXT, duplicate_of TEXT, copied_at INTEGER, sealed_at INTEGER,
    CHECK (state = 'listed' OR sha256 IS NOT NULL), PRIMARY KEY (recording_id, idx)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE copies (item_id TEXT NOT NULL, place TEXT NOT NULL, recording_id TEXT NOT NULL REFERENCES recordings (id), key TEXT NOT NULL, bytes INTEGER NOT NULL, verified_at INTEGER NOT NULL, verified_by TEXT NOT NULL, PRIMARY KEY (recording_id, item_id, place)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE derivatives (
    id TEXT NOT NULL UNIQUE, recording_id TEXT NOT NULL REFERENCES recordings (id), kind TEXT NOT NULL, recipe TEXT NOT NULL, inputs TEXT NOT NULL,
    vault_key TEXT NOT NULL, media_type TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (recording_id, kind)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE work (
    id TEXT PRIMARY KEY, stage TEXT NOT NULL, recording_id TEXT NOT NULL REFERENCES recordings (id), state TEXT NOT NULL, priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL, due_at INTEGER NOT NULL, percent INTEGER NOT NULL, owner TEXT, lease_until INTEGER, error_code TEXT,
    error_detail TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE cases (number TEXT PRIMARY KEY, title TEXT NOT NULL, stage TEXT NOT NULL, category TEXT, officer_ids TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE case_events (id TEXT PRIMARY KEY, case_number TEXT NOT NULL REFERENCES cases (number), stage TEXT NOT NULL, officer_ids TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL, place TEXT) STRICT`,
  `CREATE TABLE suggestions (
    id TEXT PRIMARY KEY, recording_id TEXT NOT NULL REFERENCES recordings (id), case_number TEXT NOT NULL REFERENCES cases (number),
    event_id TEXT NOT NULL REFERENCES case_events (id), reason TEXT NOT NULL, overlap_ms INTEGER NOT NULL, state TEXT NOT NULL, decided_by TEXT,
    created_at INTEGER NOT NULL, UNIQUE (recording_id, event_id)) STRICT`,
  `CREATE TABLE uploads (key TEXT PRIMARY KEY, upload_id TEXT NOT NULL, part_bytes INTEGER NOT NULL, started_at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE upload_parts (key TEXT NOT NULL REFERENCES uploads (key) ON DELETE CASCADE, number INTEGER NOT NULL, etag TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (key, number)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE custody (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, bytes BLOB NOT NULL) STRICT`,
  `CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
];

/** Conditions of partial indexes. A query that is to use such an index repeats its condition word for word. */
export const DOCKING_OPEN = "state IN ('reading', 'safe', 'problem')";
export const UNASSIGNED = '(officer_id IS NULL OR case_count = 0)';

/** `originals.gaps` of a file that was read whole. */
export const NO_GAPS = '[]';

/** `recordings.notes` of a recording without notes. */
export const NO_NOTES = '[]';

/** `recordings.start_claims` of a recording without claims of its start, or of one that is older than this column. */
export const NO_CLAIMS = '[]';

const INDEXES = [
  `CREATE INDEX dockings_open ON dockings (id) WHERE ${DOCKING_OPEN}`,
  `CREATE INDEX refusals_by_docking ON refusals (docking_id)`,
  `CREATE INDEX recordings_by_time ON recordings (sort_at DESC, id DESC)`,
  `CREATE INDEX recordings_by_officer ON recordings (officer_id, sort_at DESC, id DESC)`,
  `CREATE INDEX recordings_by_recorder ON recordings (recorder_serial, sort_at DESC, id DESC)`,
  `CREATE INDEX recordings_by_state ON recordings (state, sort_at DESC, id DESC)`,
  `CREATE INDEX recordings_damaged ON recordings (sort_at DESC, id DESC) WHERE damaged = 1`,
  `CREATE INDEX recordings_unassigned ON recordings (sort_at DESC, id DESC) WHERE ${UNASSIGNED}`,
  `CREATE INDEX recordings_of_case ON recording_cases (case_number, sort_at DESC, recording_id DESC)`,
  `CREATE INDEX originals_on_card ON originals (recorder_serial, card_path, bytes, mtime_ms, id)`,
  // A card may hold a hundred thousand files with the same bytes. The first must be found without walking the others.
  `CREATE INDEX originals_by_digest ON originals (sha256, bytes, id) WHERE state = 'sealed'`,
  `CREATE INDEX originals_by_docking ON originals (docking_id, state, bytes)`,
  `CREATE INDEX originals_to_seal ON originals (important DESC, id) WHERE state = 'copied'`,
  `CREATE INDEX work_by_urgency ON work (stage, state, priority, due_at)`,
  `CREATE INDEX work_by_state ON work (state, id)`,
  `CREATE INDEX work_of_recording ON work (recording_id)`,
  // Queries are mostly about recordings of just now. Few windows end after such a recording, but nearly all begin before it.
  `CREATE INDEX events_by_end ON case_events (end_at, start_at)`,
  `CREATE INDEX cases_by_time ON cases (created_at DESC, number)`,
  `CREATE INDEX events_of_case ON case_events (case_number)`,
  `CREATE INDEX suggestions_by_state ON suggestions (state, id)`,
  `CREATE INDEX custody_by_subject ON custody (subject)`,
];

/** Makes a table append-only: the custody log and the history of assignments refuse UPDATE and DELETE. */
const refuses = (table: string, verb: string) =>
  `CREATE TRIGGER ${table}_refuses_${verb.toLowerCase()} BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`;
const APPEND_ONLY = ['custody', 'recorder_assignments', 'refusals'].flatMap((table) =>
  ['UPDATE', 'DELETE'].map((verb) => refuses(table, verb)),
);

// Triggers keep the sums as rows change, because counting a million rows at every scrape would block the daemon.
const count = (name: string, delta: string) => `UPDATE counters SET value = value + (${delta}) WHERE name = '${name}';`;
const COUNTERS = [
  `INSERT INTO counters VALUES ('recordings', 0), ('not_archived', 0), ('originals', 0), ('original_bytes', 0), ('unsealed', 0)`,
  `CREATE TRIGGER recordings_counted AFTER INSERT ON recordings BEGIN ${count('recordings', '1')} ${count('not_archived', `NEW.state <> 'archived'`)} END`,
  `CREATE TRIGGER recordings_recounted AFTER UPDATE OF state ON recordings WHEN NEW.state <> OLD.state BEGIN ${count('not_archived', `(NEW.state <> 'archived') - (OLD.state <> 'archived')`)} END`,
  `CREATE TRIGGER originals_counted AFTER INSERT ON originals BEGIN ${count('originals', '1')} ${count('original_bytes', 'NEW.bytes')} ${count('unsealed', `NEW.state <> 'sealed'`)} END`,
  `CREATE TRIGGER originals_recounted AFTER UPDATE OF state ON originals WHEN NEW.state <> OLD.state BEGIN ${count('unsealed', `(NEW.state <> 'sealed') - (OLD.state <> 'sealed')`)} END`,
];

// Triggers keep two columns as rows change. Without them a list by case would sort all recordings of the case, and a list of recordings without a case would
// walk them all.
const CASE_LINKS = [
  `CREATE TRIGGER recording_cases_added AFTER INSERT ON recording_cases BEGIN UPDATE recordings SET case_count = case_count + 1 WHERE id = NEW.recording_id; END`,
  `CREATE TRIGGER recording_cases_removed AFTER DELETE ON recording_cases BEGIN UPDATE recordings SET case_count = case_count - 1 WHERE id = OLD.recording_id; END`,
  `CREATE TRIGGER recordings_moved AFTER UPDATE OF sort_at ON recordings WHEN NEW.sort_at <> OLD.sort_at BEGIN UPDATE recording_cases SET sort_at = NEW.sort_at WHERE recording_id = NEW.id; END`,
];

// Originals that were sealed before this migration were read whole and once, as the defaults of both columns say.
const READ_FROM_RECORDER = [
  `ALTER TABLE originals ADD COLUMN unreadable TEXT NOT NULL DEFAULT '${NO_GAPS}'`,
  `ALTER TABLE originals ADD COLUMN source_reread TEXT`,
];

// Originals that were sealed before this migration were never compared again, as the defaults say. Open dockings become `interrupted` at the start.
const KNOWN_FILES = [
  `ALTER TABLE originals ADD COLUMN sampled_at INTEGER`,
  `ALTER TABLE originals ADD COLUMN rechecked_at INTEGER`,
  `ALTER TABLE originals ADD COLUMN rechecked_in TEXT`,
  `ALTER TABLE dockings ADD COLUMN files_to_recheck INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE dockings ADD COLUMN files_rechecked INTEGER NOT NULL DEFAULT 0`,
];

// Each link has two rows, one for either side, so that the links of a page are found by one search by key.
const NOTES_AND_LINKS = [
  `ALTER TABLE recordings ADD COLUMN notes TEXT NOT NULL DEFAULT '${NO_NOTES}'`,
  `CREATE TABLE recording_links (
    recording_id TEXT NOT NULL REFERENCES recordings (id), relation TEXT NOT NULL, other_id TEXT NOT NULL REFERENCES recordings (id),
    PRIMARY KEY (recording_id, relation, other_id)) STRICT, WITHOUT ROWID`,
];

const CARDS_UNCHANGED = [
  `ALTER TABLE dockings ADD COLUMN told_serial TEXT`,
  `ALTER TABLE dockings ADD COLUMN unchanged_at INTEGER`,
  // Dockings that were safe before stay so. A docking that is open during the update is `interrupted` by the restart.
  `UPDATE dockings SET unchanged_at = safe_at`,
  `CREATE INDEX dockings_by_told_serial ON dockings (told_serial, id) WHERE told_serial IS NOT NULL`,
  // A file that was marked as important since has another path. It is found by recorder, time and size.
  `CREATE INDEX originals_by_time ON originals (recorder_serial, mtime_ms, bytes)`,
];
// Originals on record from before have no place in a take, and are never linked by one.
const PLACES_IN_TAKES = ['ALTER TABLE originals ADD COLUMN take TEXT', 'ALTER TABLE originals ADD COLUMN duration_ms INTEGER'];

// A replaced original never came and stays `listed`, because the CHECK of its table knows no other state for it. Its mark says that nobody waits for it or its
// recording.
const isOpen = (row: string) => `(${row}.state <> 'sealed' AND ${row}.replaced_by IS NULL)`;
const isLeftToArchive = (row: string) => `(${row}.state NOT IN ('archived', 'replaced'))`;
const REPLACED_FILES = [
  `ALTER TABLE originals ADD COLUMN replaced_by TEXT`,
  `CREATE INDEX originals_replaced ON originals (docking_id, bytes) WHERE replaced_by IS NOT NULL`,
  `DROP TRIGGER recordings_recounted`,
  `CREATE TRIGGER recordings_recounted AFTER UPDATE OF state ON recordings WHEN NEW.state <> OLD.state BEGIN ${count('not_archived', `${isLeftToArchive('NEW')} - ${isLeftToArchive('OLD')}`)} END`,
  `DROP TRIGGER originals_recounted`,
  `CREATE TRIGGER originals_recounted AFTER UPDATE OF state, replaced_by ON originals WHEN ${isOpen('NEW')} <> ${isOpen('OLD')} BEGIN ${count('unsealed', `${isOpen('NEW')} - ${isOpen('OLD')}`)} END`,
];

// Files of the vault that are to be removed: runs that have ended left them, and no row names them.
const DERIVATIVE_LEFTOVERS = [
  'CREATE TABLE derivative_leftovers (vault_key TEXT PRIMARY KEY, recording_id TEXT NOT NULL REFERENCES recordings (id)) STRICT',
  'CREATE INDEX derivative_leftovers_by_recording ON derivative_leftovers (recording_id)',
];

// Lists beside the log stay for good. Personal values may be erased, but never changed. Entries of version 1 stay unchanged until they are erased as a whole.
const appendOnly = (table: string, verb: string, when = '') =>
  `CREATE TRIGGER ${table}_refuses_${verb.toLowerCase()} BEFORE ${verb} ON ${table} ${when}BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`;
const TYPED_CUSTODY = [
  'CREATE TABLE custody_former (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, bytes BLOB NOT NULL) STRICT',
  'INSERT INTO custody_former SELECT * FROM custody',
  'DROP TRIGGER custody_refuses_delete',
  'DELETE FROM custody',
  appendOnly('custody', 'DELETE'),
  appendOnly('custody_former', 'UPDATE'),
  'DROP INDEX custody_by_subject',
  'CREATE INDEX custody_former_by_subject ON custody_former (subject)',
  'CREATE TABLE custody_subjects (subject TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (subject, seq)) STRICT, WITHOUT ROWID',
  appendOnly('custody_subjects', 'UPDATE'),
  appendOnly('custody_subjects', 'DELETE'),
  'CREATE TABLE custody_beside (seq INTEGER NOT NULL, name TEXT NOT NULL, salt BLOB, bytes BLOB NOT NULL, PRIMARY KEY (seq, name)) STRICT, WITHOUT ROWID',
  appendOnly('custody_beside', 'UPDATE'),
  appendOnly('custody_beside', 'DELETE', 'WHEN OLD.salt IS NULL '),
];

// The end of a lease is not stored, because a wall clock that jumps would end the lease or keep it for years. Work that ran before this migration was the
// station's own.
const FENCED_CLAIMS = [
  `ALTER TABLE work ADD COLUMN token INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE work ADD COLUMN host TEXT`,
  `ALTER TABLE work ADD COLUMN lease_ms INTEGER`,
  `ALTER TABLE work DROP COLUMN lease_until`,
  `UPDATE work SET host = '${STATION_HOST}' WHERE state = 'running'`,
];

// A worker that is invited again gets a new key in its row. The history of keys is in the custody log.
const WORKERS = [
  `CREATE TABLE workers (
    name TEXT PRIMARY KEY,
    key_sha256 TEXT NOT NULL UNIQUE,
    invited_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT`,
];

// Whoever erases a personal value need not know that it was shipped: the trigger notes the erasure for both places.
const SHIPPED_LOG = [
  'CREATE TABLE custody_shipped (place TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  'CREATE TABLE custody_erased (place TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (place, seq)) STRICT, WITHOUT ROWID',
  `CREATE TRIGGER custody_beside_erased AFTER DELETE ON custody_beside BEGIN INSERT OR IGNORE INTO custody_erased VALUES ('vault', OLD.seq), ('archive', OLD.seq); END`,
];

// Facts that entries tell, each from the time of its entry on. The ledger itself writes them when it appends the entry, so that no caller can forget it.
const FACTS = [
  `CREATE TABLE facts (
    subject TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, "from" INTEGER NOT NULL, actor TEXT NOT NULL,
    PRIMARY KEY (subject, seq, name)) STRICT, WITHOUT ROWID`,
  appendOnly('facts', 'UPDATE'),
  appendOnly('facts', 'DELETE'),
];

const KEPT_ANSWERS = [
  `CREATE TABLE kept_answers (
    by TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL, location TEXT, has_body INTEGER NOT NULL, body TEXT,
    at INTEGER NOT NULL, PRIMARY KEY (by, key)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX kept_answers_by_time ON kept_answers (at, by, key)',
];

async function run(db: Kysely<Schema>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** What lists within a scope are gathered from: time and state stand in the index, so that rows are read for the page alone. */
const SCOPES = [
  'CREATE INDEX officers_of_unit ON officers (unit)',
  'DROP INDEX recordings_by_officer',
  'CREATE INDEX recordings_by_officer ON recordings (officer_id, sort_at DESC, id DESC, state)',
];

const MIGRATIONS: Record<string, Migration> = {
  '0001-first': {
    up: async (db: Kysely<Schema>) => {
      await run(db, TABLES);
      await run(db, INDEXES);
      await run(db, APPEND_ONLY);
      await run(db, COUNTERS);
      await run(db, CASE_LINKS);
    },
  },
  '0002-unreadable-ranges': { up: (db: Kysely<Schema>) => run(db, READ_FROM_RECORDER) },
  '0003-missing-files': {
    up: (db: Kysely<Schema>) => run(db, ['ALTER TABLE recordings ADD COLUMN missing_count INTEGER NOT NULL DEFAULT 0']),
  },
  '0004-dockings-by-recorder': {
    up: (db: Kysely<Schema>) => run(db, ['CREATE INDEX dockings_by_recorder ON dockings (recorder_serial, id)']),
  },
  '0005-known-files': { up: (db: Kysely<Schema>) => run(db, KNOWN_FILES) },
  '0006-notes-and-links': { up: (db: Kysely<Schema>) => run(db, NOTES_AND_LINKS) },
  '0007-places-in-takes': { up: (db: Kysely<Schema>) => run(db, PLACES_IN_TAKES) },
  '0008-start-claims': {
    up: (db: Kysely<Schema>) => run(db, [`ALTER TABLE recordings ADD COLUMN start_claims TEXT NOT NULL DEFAULT '${NO_CLAIMS}'`]),
  },
  '0010-derivatives-by-recipe': {
    up: (db: Kysely<Schema>) => run(db, ['CREATE INDEX derivatives_by_recipe ON derivatives (recipe, recording_id)']),
  },
  '0011-archived-facts': { up: (db: Kysely<Schema>) => run(db, ARCHIVED_FACTS) },
  '0013-cards-unchanged': { up: (db: Kysely<Schema>) => run(db, CARDS_UNCHANGED) },
  '0014-replaced-files': { up: (db: Kysely<Schema>) => run(db, REPLACED_FILES) },
  '0015-derivative-leftovers': { up: (db: Kysely<Schema>) => run(db, DERIVATIVE_LEFTOVERS) },
  '0017-fenced-claims': { up: (db: Kysely<Schema>) => run(db, FENCED_CLAIMS) },
  '0018-typed-custody': { up: (db: Kysely<Schema>) => run(db, TYPED_CUSTODY) },
  '0021-workers': { up: (db: Kysely<Schema>) => run(db, WORKERS) },
  '0022-shipped-log': { up: (db: Kysely<Schema>) => run(db, SHIPPED_LOG) },
  '0023-facts': { up: (db: Kysely<Schema>) => run(db, FACTS) },
  '0025-reasons': { up: (db: Kysely<Schema>) => run(db, reasonsOfWords(refuses('refusals', 'UPDATE'))) },
  '0026-kept-answers': { up: (db: Kysely<Schema>) => run(db, KEPT_ANSWERS) },
  '0028-gaps': { up: (db: Kysely<Schema>) => run(db, ['ALTER TABLE originals RENAME COLUMN unreadable TO gaps']) },
  '0027-cases-end': { up: (db: Kysely<Schema>) => run(db, CASES_END) },
  '0040-scopes': { up: (db: Kysely<Schema>) => run(db, SCOPES) },
  '0047-audit': { up: (db: Kysely<Schema>) => makeAudit(db) },
  '0045-policies': { up: (db: Kysely<Schema>) => run(db, POLICIES) },
  '0041-people': { up: (db: Kysely<Schema>) => run(db, PEOPLE) },
  '0042-sign-in': { up: (db: Kysely<Schema>) => run(db, SIGN_IN) },
  '0044-sight-of-answers': {
    up: (db: Kysely<Schema>) => run(db, ["ALTER TABLE kept_answers ADD COLUMN sight TEXT NOT NULL DEFAULT ''"]),
  },
  '0043-doors': { up: (db: Kysely<Schema>) => run(db, DOORS) },
  '0046-call-ups': { up: (db: Kysely<Schema>) => run(db, CALL_UPS) },
  '0052-archive-locks': { up: (db: Kysely<Schema>) => run(db, ARCHIVE_LOCKS) },
  '0049-bounds-of-grants': { up: (db: Kysely<Schema>) => run(db, BOUNDS_OF_GRANTS) },
  '0051-holds': { up: (db: Kysely<Schema>) => run(db, HOLDS) },
  '0053-eviction': { up: (db: Kysely<Schema>) => run(db, EVICTION) },
  '0054-disposals': { up: (db: Kysely<Schema>) => run(db, DISPOSALS) },
  '0057-second-persons': { up: (db: Kysely<Schema>) => secondPersons(db) },
  '0050-retention': { up: (db: Kysely<Schema>) => run(db, RETENTION) },
  '0056-scrubs': { up: (db: Kysely<Schema>) => run(db, SCRUBS) },
  '0055-duties': { up: (db: Kysely<Schema>) => run(db, DUTIES) },
  '0058-duty-tellings': { up: (db: Kysely<Schema>) => run(db, DUTY_TELLINGS) },
  '0060-shifts': { up: (db: Kysely<Schema>) => run(db, SHIFTS) },
  '0061-playable-eviction': { up: (db: Kysely<Schema>) => run(db, PLAYABLE_EVICTION) },
  '0066-recordings-by-category': {
    up: (db: Kysely<Schema>) => run(db, ['CREATE INDEX recordings_by_category ON recordings (category, sort_at DESC, id DESC)']),
  },
  '0067-battery': { up: (db: Kysely<Schema>) => run(db, ['ALTER TABLE dockings ADD COLUMN battery_percent INTEGER']) },
  '0062-what-waits': { up: (db: Kysely<Schema>) => run(db, [...REFUSED_HOLDS, ...WAITING_FETCHES]) },
};

/** The migrations of this version, in code so that nothing has to be found on disk. */
const migrationProvider: MigrationProvider = { getMigrations: async () => MIGRATIONS };

/** Brings the schema up to this version. Throws ledger.newer for a ledger of a newer version, else the error of the migration. */
export async function migrateToLatest(db: Kysely<Schema>): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrationProvider }).migrateToLatest();
  if (error === undefined) return;
  if (String(error).includes('previously executed migration')) throw new EvidockError('ledger.newer', said(error), error);
  throw error;
}
