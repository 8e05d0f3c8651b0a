/** Ways in beside the password. What is secret stands here as a digest or a hash alone. */
export const DOORS = [
  `CREATE TABLE tokens (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL, secret_sha256 TEXT NOT NULL UNIQUE, made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, last_use_at INTEGER, ended_at INTEGER, ended TEXT) STRICT`,
  'CREATE INDEX tokens_of_owner ON tokens (owner, id)',
  `CREATE INDEX tokens_open ON tokens (owner, id) WHERE ended_at IS NULL`,
  `CREATE TABLE kiosks (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, slots TEXT NOT NULL, secret_sha256 TEXT NOT NULL UNIQUE, paired_at INTEGER NOT NULL, last_seen_at INTEGER,
    revoked_at INTEGER) STRICT`,
  `CREATE TABLE pins ("user" TEXT PRIMARY KEY, hash TEXT NOT NULL, set_at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE badges ("user" TEXT PRIMARY KEY, badge_sha256 TEXT NOT NULL UNIQUE, ending TEXT NOT NULL, assigned_at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE confirmations (
    "user" TEXT NOT NULL, docking_id TEXT NOT NULL REFERENCES dockings (id), kiosk TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY ("user", docking_id)) STRICT, WITHOUT ROWID`,
];
