/**
 * What `facts.json` of a recording tells (src/archive/recording-facts.ts) changes only here. Whoever changes it makes the archive's work wait again in the same
 * transaction, without having to know of it. Work that waits or runs looks at the facts in the end anyway.
 */
const refact = (id: string) =>
  `UPDATE work SET state = 'waiting', attempts = 0, due_at = updated_at, percent = 0, error_code = NULL, error_detail = NULL WHERE id = 'archive.' || ${id} AND state = 'done';`;
export const FACTS_COLUMNS =
  'officer_id, officer_source, category, important, damaged, damage_reason, claimed_start, claimed_from, start_at, clock_offset_ms, duration_ms, duplicate_of, missing_count';

export const ARCHIVED_FACTS = [
  `ALTER TABLE copies ADD COLUMN sha256 TEXT`,
  `CREATE TRIGGER recordings_facts AFTER UPDATE OF ${FACTS_COLUMNS} ON recordings BEGIN ${refact('NEW.id')} END`,
  `CREATE TRIGGER recording_cases_facts_added AFTER INSERT ON recording_cases BEGIN ${refact('NEW.recording_id')} END`,
  `CREATE TRIGGER recording_cases_facts_removed AFTER DELETE ON recording_cases BEGIN ${refact('OLD.recording_id')} END`,
  `CREATE TRIGGER derivatives_facts_added AFTER INSERT ON derivatives BEGIN ${refact('NEW.recording_id')} END`,
  `CREATE TRIGGER derivatives_facts_removed AFTER DELETE ON derivatives BEGIN ${refact('OLD.recording_id')} END`,
  // What was archived before has no facts there yet.
  `UPDATE work SET state = 'waiting', attempts = 0, due_at = updated_at, percent = 0 WHERE stage = 'archive' AND state = 'done'`,
];
