/**
 * What `facts.json` of a recording tells (src/archive/recording-facts.ts) changes only here. Whoever changes it makes the archive's work wait again in the same
 * transaction, without having to know of it. Work that waits or runs looks at the facts in the end anyway.
 */
const WAITING = "state = 'waiting', attempts = 0, due_at = updated_at, percent = 0, error_code = NULL, error_detail = NULL";
const refact = (id: string) => `UPDATE work SET ${WAITING} WHERE id = 'archive.' || ${id} AND state = 'done';`;
/** The same for all recordings of a case. */
export const refactAllOf = (number: string) =>
  `UPDATE work SET ${WAITING} WHERE id IN (SELECT 'archive.' || recording_id FROM recording_cases WHERE case_number = ${number}) AND state = 'done';`;
const FIRST_FACTS =
  'officer_id, officer_source, category, important, damaged, damage_reason, claimed_start, claimed_from, start_at, clock_offset_ms, duration_ms, duplicate_of, missing_count';

export const FACTS_COLUMNS = `${FIRST_FACTS}, confidentiality, privacy`;
/** What of a case stands beside the footage of each of its recordings. */
export const CASE_FACTS = ['stage', 'opened_on', 'steps', 'confidentiality', 'privacy'] as const;

export const factsTrigger = (columns: string) =>
  `CREATE TRIGGER recordings_facts AFTER UPDATE OF ${columns} ON recordings BEGIN ${refact('NEW.id')} END`;

export const ARCHIVED_FACTS = [
  `ALTER TABLE copies ADD COLUMN sha256 TEXT`,
  factsTrigger(FIRST_FACTS),
  `CREATE TRIGGER recording_cases_facts_added AFTER INSERT ON recording_cases BEGIN ${refact('NEW.recording_id')} END`,
  `CREATE TRIGGER recording_cases_facts_removed AFTER DELETE ON recording_cases BEGIN ${refact('OLD.recording_id')} END`,
  `CREATE TRIGGER derivatives_facts_added AFTER INSERT ON derivatives BEGIN ${refact('NEW.recording_id')} END`,
  `CREATE TRIGGER derivatives_facts_removed AFTER DELETE ON derivatives BEGIN ${refact('OLD.recording_id')} END`,
  // What was archived before has no facts there yet.
  `UPDATE work SET state = 'waiting', attempts = 0, due_at = updated_at, percent = 0 WHERE stage = 'archive' AND state = 'done'`,
];
