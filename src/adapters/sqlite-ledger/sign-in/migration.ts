/** How people prove who they are, and who is signed in. Tokens and recovery codes stand here as digests, passwords as hashes. */
export const SIGN_IN = [
  `CREATE TABLE credentials (
    "user" TEXT PRIMARY KEY, password TEXT, password_set_at INTEGER, totp_secret TEXT, totp_set_at INTEGER, totp_steps TEXT NOT NULL DEFAULT '[]') STRICT`,
  `CREATE TABLE recovery_codes (
    "user" TEXT NOT NULL, sha256 TEXT NOT NULL, made_at INTEGER NOT NULL, used_at INTEGER, PRIMARY KEY ("user", sha256)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY, "user" TEXT NOT NULL, token_sha256 TEXT NOT NULL UNIQUE, method TEXT NOT NULL, roles TEXT NOT NULL, address TEXT, agent TEXT,
    began_at INTEGER NOT NULL, used_at INTEGER NOT NULL, age_ms INTEGER NOT NULL) STRICT`,
  'CREATE INDEX sessions_of_user ON sessions ("user", id)',
  `CREATE TABLE sign_in_tries (
    by TEXT NOT NULL, key TEXT NOT NULL, failures INTEGER NOT NULL, failed_at INTEGER NOT NULL, PRIMARY KEY (by, key)) STRICT, WITHOUT ROWID`,
];
