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
