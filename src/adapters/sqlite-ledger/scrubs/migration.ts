/** Adds what the scrub knows beside the time of the last check in each row of `copies`: faults, and what people have ordered. */
export const SCRUBS = [
  'CREATE INDEX copies_by_check ON copies (place, verified_at, item_id)',
  `CREATE TABLE scrub_faults (
    item_id TEXT NOT NULL, place TEXT NOT NULL, recording_id TEXT NOT NULL REFERENCES recordings (id), key TEXT NOT NULL, kind TEXT NOT NULL,
    found_at INTEGER NOT NULL, due_at INTEGER NOT NULL, ended_at INTEGER, PRIMARY KEY (item_id, place)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX scrub_faults_by_time ON scrub_faults (place, found_at)',
  `CREATE TABLE scrub_orders (
    place TEXT PRIMARY KEY, paused INTEGER NOT NULL, halted_at INTEGER, confirmed_at INTEGER, run_since INTEGER) STRICT, WITHOUT ROWID`,
];
