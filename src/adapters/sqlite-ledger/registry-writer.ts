import { EvidockError } from '#domain/errors';
import type { InvitedWorker } from '#domain/invitation';
import type { CaseEvent, Holding, Officer, Recorder, Suggestion } from '#domain/registry';
import type { CaseFacts, LedgerWriter } from '#ports/ledger';
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

  async upsertHolding({ id, serial, officerId, fromMs, toMs }: Holding): Promise<void> {
    const row = { id, serial, officer_id: officerId, from_at: fromMs, to_at: toMs };
    await this.db.replaceInto('recorder_holdings').values(row).execute();
  }

  async removeHolding(id: string): Promise<void> {
    await this.db.deleteFrom('recorder_holdings').where('id', '=', id).execute();
  }

  async upsertCase(entry: CaseFacts): Promise<void> {
    const { title, stage, category, officerIds, openedOn } = entry;
    const fields = { title, stage, category, officer_ids: JSON.stringify(officerIds), opened_on: openedOn };
    await this.db
      .insertInto('cases')
      .values({ number: entry.number, ...fields, created_at: entry.createdAtMs })
      .onConflict((on) => on.column('number').doUpdateSet(fields))
      .execute();
  }

  async updateCase(number: string, { steps, confidentiality, privacy }: Parameters<LedgerWriter['updateCase']>[1]): Promise<void> {
    const fields = {
      ...(steps === undefined ? {} : { steps: JSON.stringify(steps) }),
      ...(confidentiality === undefined ? {} : { confidentiality }),
      ...(privacy === undefined ? {} : { privacy: JSON.stringify(privacy) }),
    };
    mustExist(this.tables.update('cases', fields, { number }), `case ${number}`);
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
