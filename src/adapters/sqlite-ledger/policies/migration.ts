const officersOf = (verb: string, body: string) => `CREATE TRIGGER ${verb} ON cases BEGIN ${body} END`;
const NAME_OFFICERS = 'INSERT OR IGNORE INTO case_officers SELECT value, NEW.number FROM json_each(NEW.officer_ids);';

/**
 * Every version of the policy, and which officers a case names as rows: "cases that name me" is asked with every list, and a JSON list has no index. A trigger
 * keeps those rows, so that no writer of cases can forget them.
 */
export const POLICIES = [
  `CREATE TABLE policies (
    version INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_person TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER
  ) STRICT`,
  `CREATE UNIQUE INDEX policies_in_force ON policies (state) WHERE state = 'in-force'`,
  `CREATE INDEX policies_by_state ON policies (state, version)`,
  `CREATE TRIGGER policies_stay BEFORE UPDATE OF version, source, text, sha256, proposed_by, proposed_person, proposed_at ON policies BEGIN SELECT RAISE(ABORT, 'policies are append-only'); END`,
  `CREATE TRIGGER policies_refuse_delete BEFORE DELETE ON policies BEGIN SELECT RAISE(ABORT, 'policies are append-only'); END`,
  'CREATE TABLE case_officers (officer_id TEXT NOT NULL, case_number TEXT NOT NULL, PRIMARY KEY (officer_id, case_number)) STRICT, WITHOUT ROWID',
  'CREATE INDEX case_officers_of_case ON case_officers (case_number)',
  'INSERT OR IGNORE INTO case_officers SELECT value, number FROM cases, json_each(officer_ids)',
  officersOf('cases_named AFTER INSERT', NAME_OFFICERS),
  officersOf('cases_named_again AFTER UPDATE OF officer_ids', `DELETE FROM case_officers WHERE case_number = NEW.number; ${NAME_OFFICERS}`),
];
