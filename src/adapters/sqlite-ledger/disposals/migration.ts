const stays = (table: string, verb: string) =>
  `CREATE TRIGGER ${table}_refuses_${verb.toLowerCase()} BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`;
const isLeft = (row: string) => `(${row}.state NOT IN ('archived', 'replaced', 'disposed'))`;

/** Lists of recordings to be disposed of, files that are being destroyed, and what stays of what is gone. */
export const DISPOSALS = [
  `CREATE TABLE disposals (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, rule TEXT NOT NULL, due_before INTEGER NOT NULL, digest TEXT NOT NULL,
    proposed_by TEXT NOT NULL, proposed_roles TEXT NOT NULL, proposed_at INTEGER NOT NULL,
    approved_by TEXT, approved_roles TEXT, approved_at INTEGER, approved_digest TEXT, waits_until INTEGER,
    began_at INTEGER, ended_at INTEGER, why TEXT) STRICT`,
  'CREATE INDEX disposals_by_state ON disposals (state, id)',
  stays('disposals', 'DELETE'),
  `CREATE TABLE disposal_items (
    disposal_id TEXT NOT NULL REFERENCES disposals (id), recording_id TEXT NOT NULL REFERENCES recordings (id), state TEXT NOT NULL, rule TEXT NOT NULL,
    due_at INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL, duration_ms INTEGER NOT NULL, contents TEXT NOT NULL, why TEXT,
    PRIMARY KEY (disposal_id, recording_id)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX disposal_items_of ON disposal_items (recording_id, disposal_id)',
  stays('disposal_items', 'DELETE'),
  `CREATE TABLE destructions (
    place TEXT NOT NULL, key TEXT NOT NULL, version TEXT, recording_id TEXT NOT NULL REFERENCES recordings (id), item_id TEXT NOT NULL, what TEXT NOT NULL,
    bytes INTEGER, sha256 TEXT, why TEXT NOT NULL, disposal_id TEXT, began_at INTEGER NOT NULL, PRIMARY KEY (place, key)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX destructions_of ON destructions (recording_id, place, key)',
  `CREATE TABLE tombstones (
    id TEXT PRIMARY KEY, recording_id TEXT NOT NULL UNIQUE REFERENCES recordings (id), disposal_id TEXT NOT NULL REFERENCES disposals (id), rule TEXT NOT NULL,
    proposed_by TEXT NOT NULL, approved_by TEXT NOT NULL, at INTEGER NOT NULL, originals TEXT NOT NULL) STRICT`,
  'CREATE INDEX tombstones_of ON tombstones (disposal_id, recording_id)',
  stays('tombstones', 'UPDATE'),
  stays('tombstones', 'DELETE'),
  // A recording that was disposed of is not waiting for the archive.
  'DROP TRIGGER recordings_recounted',
  `CREATE TRIGGER recordings_recounted AFTER UPDATE OF state ON recordings WHEN NEW.state <> OLD.state BEGIN UPDATE counters SET value = value + ${isLeft('NEW')} - ${isLeft('OLD')} WHERE name = 'not_archived'; END`,
];
