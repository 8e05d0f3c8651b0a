/** Condition of the partial indexes of holds. A query that is to use one repeats it word for word. */
export const IN_FORCE = 'released_at IS NULL';
export const NOT_SPREAD = 'spread_to IS NOT NULL';
export const MIRROR_WAITS = "state = 'waiting'";

/** The storage was asked and refused, or did not answer. */
export const MIRROR_REFUSED = "state = 'waiting' AND attempts > 0";

/** Adds legal holds: what each is for, the terms by which a recording finds them, what they have reached, and how far the storage knows of it. */
export const HOLDS = [
  `CREATE TABLE holds (
    id TEXT PRIMARY KEY, case_number TEXT, recording_ids TEXT NOT NULL, officer_id TEXT, recorder_serial TEXT, unit_id TEXT, from_at INTEGER,
    to_at INTEGER, reason TEXT NOT NULL, author TEXT NOT NULL, set_at INTEGER NOT NULL, review_at INTEGER NOT NULL, released_at INTEGER,
    released_by TEXT, release_reason TEXT, checked_at INTEGER, checked_recordings INTEGER, findings TEXT, spread_to TEXT, check_at INTEGER,
    reached INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID`,
  `CREATE INDEX holds_in_force ON holds (review_at, id) WHERE ${IN_FORCE}`,
  `CREATE INDEX holds_to_spread ON holds (id) WHERE ${NOT_SPREAD}`,
  // Rows are there while the hold is in force.
  `CREATE TABLE hold_terms (term TEXT NOT NULL, hold_id TEXT NOT NULL REFERENCES holds (id), PRIMARY KEY (term, hold_id)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX hold_terms_of ON hold_terms (hold_id)',
  `CREATE TABLE hold_recordings (
    recording_id TEXT NOT NULL REFERENCES recordings (id), hold_id TEXT NOT NULL REFERENCES holds (id), reached_at INTEGER NOT NULL,
    PRIMARY KEY (recording_id, hold_id)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX hold_recordings_of ON hold_recordings (hold_id, recording_id)',
  `CREATE TABLE hold_mirrors (
    recording_id TEXT PRIMARY KEY REFERENCES recordings (id), state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL,
    why TEXT, objects TEXT NOT NULL DEFAULT '[]') STRICT, WITHOUT ROWID`,
  `CREATE INDEX hold_mirrors_due ON hold_mirrors (due_at) WHERE ${MIRROR_WAITS}`,
];

/** What the storage refuses is looked for every minute, and is rarely there. */
export const REFUSED_HOLDS = [`CREATE INDEX hold_mirrors_refused ON hold_mirrors (recording_id) WHERE ${MIRROR_REFUSED}`];
