/**
 * What the ledger knows of evicted originals. `needs` begins with what is on record: when each recording was sealed, seen on a card, looked at and derived. A
 * recording has a row there as long as the vault holds one of its originals.
 */
export const EVICTION = [
  'ALTER TABLE originals ADD COLUMN evicted_at INTEGER',
  'ALTER TABLE originals ADD COLUMN blocks_sha256 TEXT',
  'CREATE INDEX originals_evicted ON originals (evicted_at, bytes) WHERE evicted_at IS NOT NULL',
  'CREATE TABLE needs (recording_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  'CREATE INDEX needs_by_time ON needs (at, recording_id)',
  'CREATE TABLE fetches (original_id TEXT PRIMARY KEY REFERENCES originals (id), at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  `INSERT INTO needs
    SELECT recording_id, max(at) FROM (
      SELECT recording_id, max(coalesce(sealed_at, 0), coalesce(sampled_at, 0), coalesce(rechecked_at, 0)) AS at FROM originals WHERE state = 'sealed'
      UNION ALL
      SELECT substr(subject, length('recording:') + 1), at FROM custody WHERE type IN ('recording.viewed', 'recording.derived'))
    WHERE recording_id IN (SELECT recording_id FROM originals WHERE state = 'sealed') GROUP BY recording_id`,
];

/**
 * What the ledger knows of evicted playable copies. `needed_at` begins with what is on record: when the recording was needed last as long as the vault held an
 * original of it, and when somebody looked at it.
 */
export const PLAYABLE_EVICTION = [
  'ALTER TABLE derivatives ADD COLUMN evicted_at INTEGER',
  'ALTER TABLE derivatives ADD COLUMN needed_at INTEGER NOT NULL DEFAULT 0',
  `UPDATE derivatives SET needed_at =
    max(created_at, coalesce((SELECT needs.at FROM needs WHERE needs.recording_id = derivatives.recording_id), 0)) WHERE kind = 'playable'`,
  `UPDATE derivatives SET needed_at = looks.at FROM (
      SELECT substr(subject, length('recording:') + 1) AS recording_id, max(at) AS at FROM custody WHERE type = 'recording.viewed' GROUP BY subject) AS looks
    WHERE derivatives.recording_id = looks.recording_id AND kind = 'playable' AND needed_at < looks.at`,
  "CREATE INDEX derivatives_by_need ON derivatives (needed_at, recording_id) WHERE kind = 'playable' AND evicted_at IS NULL",
  'CREATE INDEX derivatives_evicted ON derivatives (evicted_at, bytes) WHERE evicted_at IS NOT NULL',
];

/** When a fetch that failed is tried again, and why it waits. */
export const WAITING_FETCHES = [
  'ALTER TABLE fetches ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE fetches ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE fetches ADD COLUMN why TEXT',
];
