import { CASE_FACTS, FACTS_COLUMNS, factsTrigger, refactAllOf } from '../facts-migration.ts';

/** The marks of nearly every recording and case. It is compared as text, so that it need not be parsed for each of a million rows. */
export const NO_MARKS = '[]';
export const NO_STEPS = '[]';

/** Adds course and marks of cases, marks of recordings, and holdings. */
export const CASES_END = [
  ...['recordings', 'cases'].flatMap((table) => [
    `ALTER TABLE ${table} ADD COLUMN confidentiality TEXT`,
    `ALTER TABLE ${table} ADD COLUMN privacy TEXT NOT NULL DEFAULT '${NO_MARKS}'`,
  ]),
  'ALTER TABLE cases ADD COLUMN opened_on TEXT',
  `ALTER TABLE cases ADD COLUMN steps TEXT NOT NULL DEFAULT '${NO_STEPS}'`,
  `CREATE TABLE recorder_holdings (
    id TEXT PRIMARY KEY,
    serial TEXT NOT NULL,
    officer_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX recorder_holdings_of ON recorder_holdings (serial, from_at)',
  'CREATE INDEX recorder_assignments_of ON recorder_assignments (serial, at)',
  'DROP TRIGGER recordings_facts',
  factsTrigger(FACTS_COLUMNS),
  // The archived facts of a recording tell its cases too. So a change of a case makes archive work wait again.
  `CREATE TRIGGER cases_facts AFTER UPDATE OF ${CASE_FACTS.join()} ON cases WHEN ${CASE_FACTS.map((name) => `NEW.${name} IS NOT OLD.${name}`).join(' OR ')} BEGIN ${refactAllOf('NEW.number')} END`,
  // The archived facts have a new form, so all of them are archived again.
  `UPDATE work SET state = 'waiting', attempts = 0, due_at = updated_at, percent = 0 WHERE stage = 'archive' AND state = 'done'`,
];
