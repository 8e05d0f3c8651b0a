/** Versions and locks of copies in the archive, what is known of the bucket, and what the comparison found. `lock_due_at` is the queue of locks to be looked at. */
export const ARCHIVE_LOCKS = [
  'ALTER TABLE copies ADD COLUMN version_id TEXT',
  'ALTER TABLE copies ADD COLUMN manifest_version_id TEXT',
  'ALTER TABLE copies ADD COLUMN lock_mode TEXT',
  'ALTER TABLE copies ADD COLUMN locked_until INTEGER',
  'ALTER TABLE copies ADD COLUMN legal_hold INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE copies ADD COLUMN lock_checked_at INTEGER',
  'ALTER TABLE copies ADD COLUMN lock_due_at INTEGER',
  'CREATE INDEX copies_by_key ON copies (place, key)',
  'CREATE INDEX copies_by_lock_due ON copies (place, lock_due_at) WHERE lock_due_at IS NOT NULL',
  // Copies from before are looked at one after the other.
  "UPDATE copies SET lock_due_at = verified_at WHERE place <> 'vault' AND item_id LIKE 'org-%'",
  `CREATE TABLE archive_findings (
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT NOT NULL,
    recording_id TEXT,
    what TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (place, kind, key, version_id)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX archive_findings_open ON archive_findings (place, kind, key, version_id) WHERE settled_at IS NULL',
  'CREATE TABLE archive_buckets (place TEXT NOT NULL PRIMARY KEY, capabilities TEXT NOT NULL) STRICT, WITHOUT ROWID',
  'CREATE TABLE archive_comparisons (place TEXT NOT NULL PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER, marker TEXT NOT NULL, counts TEXT NOT NULL) STRICT, WITHOUT ROWID',
];
