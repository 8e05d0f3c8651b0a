import { CASE_FACTS, FACTS_COLUMNS, factsTrigger, refactAllOf } from './facts-migration.ts';

/** Marks of nearly every recording and case: not parsed for each of a million rows. */
export const NO_MARKS = '[]';
export const NO_STEPS = '[]';

/** Course and marks of cases, marks of recordings, who has which recorder. */
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
  // What is known of a case stands beside the footage of each of its recordings.
  `CREATE TRIGGER cases_facts AFTER UPDATE OF ${CASE_FACTS.join()} ON cases WHEN ${CASE_FACTS.map((name) => `NEW.${name} IS NOT OLD.${name}`).join(' OR ')} BEGIN ${refactAllOf('NEW.number')} END`,
  // The archived facts have a new form.
  `UPDATE work SET state = 'waiting', attempts = 0, due_at = updated_at, percent = 0 WHERE stage = 'archive' AND state = 'done'`,
];
