import type { DatabaseSync } from 'node:sqlite';
import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import { CUSTODY_GENESIS } from '#domain/custody/entry';

/** Undoes the migration to typed custody in a ledger whose log is empty. The next open runs the migration again. */
export function untypeCustody(raw: DatabaseSync): void {
  takeBackRetention(raw);
  raw.exec('DROP INDEX copies_by_check');
  for (const trigger of ['cases_named', 'cases_named_again']) raw.exec(`DROP TRIGGER ${trigger}`);
  for (const table of [
    'scrub_faults',
    'scrub_orders',
    'needs',
    'fetches',
    'tombstones',
    'destructions',
    'disposal_items',
    'disposals',
    'shifts',
    'duty_tellings',
    'duties',
    'hold_mirrors',
    'hold_recordings',
    'hold_terms',
    'holds',
    'kept_answers',
    'archive_findings',
    'archive_buckets',
    'archive_comparisons',
    'notice_deliveries',
    'notices',
    'grant_recordings',
    'call_up_grants',
    'call_up_requests',
    'call_up_request_units',
    'latest_time',
    'set_up_links',
    'user_units',
    'users',
    'units',
    'custody_former',
    'custody_subjects',
    'custody_beside',
    'custody_shipped',
    'custody_erased',
    'workers',
    'facts',
    'audit_terms',
    'audit_hours',
    'policies',
    'case_officers',
    'credentials',
    'recovery_codes',
    'sessions',
    'sign_in_tries',
    'tokens',
    'kiosks',
    'pins',
    'badges',
    'confirmations',
  ])
    raw.exec(`DROP TABLE ${table}`);
  raw.exec('DROP INDEX recordings_by_docking');
  raw.exec('CREATE INDEX custody_by_subject ON custody (subject)');
  raw.exec('ALTER TABLE originals RENAME COLUMN gaps TO unreadable');
  takeBackEviction(raw);
  takeBackCasesEnd(raw);
  takeBackArchiveLocks(raw);
  raw.exec('DROP INDEX recordings_by_category');
  raw.exec('ALTER TABLE dockings DROP COLUMN battery_percent');
  raw.exec(`DELETE FROM kysely_migration WHERE name >= '0018'`);
}

/** What came with versions and locks of copies, but for the tables of the archive. */
export function takeBackArchiveLocks(raw: DatabaseSync): void {
  for (const index of ['copies_by_key', 'copies_by_lock_due']) raw.exec(`DROP INDEX ${index}`);
  const columns = ['version_id', 'manifest_version_id', 'lock_mode', 'locked_until', 'legal_hold', 'lock_checked_at', 'lock_due_at'];
  for (const column of columns) raw.exec(`ALTER TABLE copies DROP COLUMN ${column}`);
}

/** What came with eviction of originals and of playable copies, beside its tables. */
export function takeBackEviction(raw: DatabaseSync): void {
  raw.exec('DROP INDEX originals_evicted');
  for (const column of ['evicted_at', 'blocks_sha256']) raw.exec(`ALTER TABLE originals DROP COLUMN ${column}`);
  takeBackPlayableEviction(raw);
}

export function takeBackPlayableEviction(raw: DatabaseSync): void {
  for (const index of ['derivatives_by_need', 'derivatives_evicted']) raw.exec(`DROP INDEX ${index}`);
  for (const column of ['evicted_at', 'needed_at']) raw.exec(`ALTER TABLE derivatives DROP COLUMN ${column}`);
}

/** What came with the schedule of retention. */
export function takeBackRetention(raw: DatabaseSync): void {
  const triggers = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%INTO retention_stale%'").all();
  for (const { name } of triggers) raw.exec(`DROP TRIGGER ${String(name)}`);
  for (const table of ['schedules', 'dry_runs', 'terms', 'waits', 'stale', 'corrections']) raw.exec(`DROP TABLE retention_${table}`);
  raw.exec('ALTER TABLE recordings DROP COLUMN archived_at');
}

/** What came with the course and the marks of cases. The migration finds a trigger of the old form, of which it needs the name alone. */
function takeBackCasesEnd(raw: DatabaseSync): void {
  for (const trigger of ['cases_facts', 'recordings_facts']) raw.exec(`DROP TRIGGER ${trigger}`);
  raw.exec('CREATE TRIGGER recordings_facts AFTER UPDATE OF officer_id ON recordings BEGIN SELECT 1; END');
  raw.exec('DROP TABLE recorder_holdings');
  raw.exec('DROP INDEX recorder_assignments_of');
  raw.exec('DROP INDEX officers_of_unit');
  for (const column of ['confidentiality', 'privacy'])
    for (const table of ['recordings', 'cases']) raw.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  for (const column of ['opened_on', 'steps']) raw.exec(`ALTER TABLE cases DROP COLUMN ${column}`);
}

/** Writes entries as version 1 wrote them. */
export function appendFormer(
  raw: DatabaseSync,
  station: string,
  drafts: readonly { type: string; subject: string; actor?: string; data: { readonly [key: string]: Json } }[],
): void {
  let prev = CUSTODY_GENESIS;
  for (const [seq, { type, subject, actor = 'station', data }] of drafts.entries()) {
    const at = Date.UTC(2026, 5, 20) + seq;
    const bytes = canonicalBytes({ v: 1, station, seq, prev, at: new Date(at).toISOString(), type, actor, subject, data });
    const hash = sha256Hex(bytes);
    raw.prepare('INSERT INTO custody VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(seq, at, type, actor, subject, prev, hash, bytes);
    prev = hash;
  }
}
