/** Users, units, where users belonged, and the links with which they set a password. */
export const PEOPLE = [
  `CREATE TABLE units (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    parent TEXT REFERENCES units (id),
    created_at INTEGER NOT NULL,
    closed_at INTEGER
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX units_by_name ON units (name)',
  'CREATE INDEX units_by_parent ON units (parent, name)',
  `CREATE TABLE users (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    officer TEXT,
    unit TEXT REFERENCES units (id),
    roles TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE UNIQUE INDEX users_by_officer ON users (officer) WHERE state <> 'left'`,
  'CREATE INDEX users_by_unit ON users (unit, account)',
  // Append-only: `to` of a row is the moment of the user's next row.
  'CREATE TABLE user_units (n INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), unit_id TEXT REFERENCES units (id), at INTEGER NOT NULL) STRICT',
  'CREATE INDEX user_units_of ON user_units (user_id, at)',
  'CREATE INDEX user_units_by_unit ON user_units (unit_id, user_id, at)',
  ...['UPDATE', 'DELETE'].map(
    (verb) =>
      `CREATE TRIGGER user_units_refuses_${verb.toLowerCase()} BEFORE ${verb} ON user_units BEGIN SELECT RAISE(ABORT, 'user_units is append-only'); END`,
  ),
  `CREATE TABLE set_up_links (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    token_sha256 TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
];
