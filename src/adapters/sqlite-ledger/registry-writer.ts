import { sql } from 'kysely';
import { EvidockError } from '#domain/errors';
import type { InvitedWorker } from '#domain/invitation';
import { KEPT_MAX, KEPT_MS, type KeptAnswer } from '#domain/kept-answer';
import type { Case, CaseEvent, Officer, Recorder, Suggestion } from '#domain/registry';
import { SqlReader } from './reader.ts';

/** A change of something that is not there would be lost without a word. */
export function mustExist(changed: number, what: string): void {
  if (changed !== 1) throw new EvidockError('request.not-found', what);
}

/** Writes what people and imports tell: slots, officers, recorders, cases, suggestions. */
export class RegistryWriter extends SqlReader {
  async assignSlot(port: string, slot: number): Promise<void> {
    await this.db.insertInto('slots').values({ port, slot }).execute();
  }

  async releaseSlot(port: string): Promise<void> {
    await this.db.deleteFrom('slots').where('port', '=', port).execute();
  }

  async upsertWorker({ name, keySha256, invitedAtMs, revokedAtMs }: InvitedWorker): Promise<void> {
    await this.db
      .replaceInto('workers')
      .values({ name, key_sha256: keySha256, invited_at: invitedAtMs, revoked_at: revokedAtMs })
      .execute();
  }

  async keepAnswer({ by, key, request, status, location, body, atMs }: KeptAnswer): Promise<void> {
    const text = body === 'not-kept' ? null : (body?.text ?? null);
    const row = { by, key, request, status, location, has_body: body === 'not-kept' ? 0 : 1, body: text, at: atMs };
    await this.db
      .deleteFrom('kept_answers')
      .where('at', '<=', atMs - KEPT_MS)
      .execute();
    await this.db.replaceInto('kept_answers').values(row).execute();
    await sql`DELETE FROM kept_answers WHERE (by, key) IN
      (SELECT by, key FROM kept_answers ORDER BY at DESC, by DESC, key DESC LIMIT -1 OFFSET ${KEPT_MAX})`.execute(this.db);
  }

  async upsertOfficer(officer: Officer): Promise<void> {
    await this.db.replaceInto('officers').values({ id: officer.id, name: officer.name, unit: officer.unit }).execute();
  }

  async upsertRecorder(recorder: Recorder): Promise<void> {
    await this.db
      .replaceInto('recorders')
      .values({
        serial: recorder.serial,
        model: recorder.model,
        driver_id: recorder.driverId,
        assigned_officer_id: recorder.assignedOfficerId,
        first_seen_at: recorder.firstSeenAtMs,
        last_seen_at: recorder.lastSeenAtMs,
      })
      .execute();
  }

  async assignRecorder(serial: string, officerId: string | null, atMs: number): Promise<void> {
    mustExist(this.tables.update('recorders', { assigned_officer_id: officerId }, { serial }), `recorder ${serial}`);
    await this.db.insertInto('recorder_assignments').values({ serial, officer_id: officerId, at: atMs }).execute();
  }

  async upsertCase(entry: Case): Promise<void> {
    const fields = { title: entry.title, stage: entry.stage, category: entry.category, officer_ids: JSON.stringify(entry.officerIds) };
    await this.db
      .insertInto('cases')
      .values({ number: entry.number, ...fields, created_at: entry.createdAtMs })
      .onConflict((on) => on.column('number').doUpdateSet(fields))
      .execute();
  }

  async upsertCaseEvent(event: CaseEvent): Promise<void> {
    const fields = {
      case_number: event.caseNumber,
      stage: event.stage,
      officer_ids: JSON.stringify(event.officerIds),
      start_at: event.startMs,
      end_at: event.endMs,
      place: event.place,
    };
    await this.db
      .insertInto('case_events')
      .values({ id: event.id, ...fields })
      .onConflict((on) => on.column('id').doUpdateSet(fields))
      .execute();
  }

  async insertSuggestion(suggestion: Suggestion): Promise<void> {
    const row = {
      id: suggestion.id,
      recording_id: suggestion.recordingId,
      case_number: suggestion.caseNumber,
      event_id: suggestion.eventId,
      reason: suggestion.reason,
      overlap_ms: suggestion.overlapMs,
      state: suggestion.state,
      decided_by: suggestion.decidedBy,
      created_at: suggestion.createdAtMs,
    };
    await this.db
      .insertInto('suggestions')
      .values(row)
      .onConflict((on) => on.columns(['recording_id', 'event_id']).doNothing())
      .execute();
  }

  async decideSuggestion(id: string, state: 'accepted' | 'declined', decidedBy: string): Promise<void> {
    mustExist(this.tables.update('suggestions', { state, decided_by: decidedBy }, { id }), `suggestion ${id}`);
  }
}
