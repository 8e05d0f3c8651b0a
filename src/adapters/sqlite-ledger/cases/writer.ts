import type { Kysely, Updateable } from 'kysely';
import { because } from '#domain/reason';
import type { CaseEvent, Suggestion } from '#domain/registry';
import type { CaseFacts, CasesWriter } from '#ports/ledger/cases';
import type { Rows } from '../connection.ts';
import { mustExist, named } from '../patches.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Writes cases, their events and suggestions, inside one transaction. */
export class SqlCasesWriter implements CasesWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async upsert(entry: CaseFacts): Promise<void> {
    const { title, stage, category, officerIds, openedOn } = entry;
    const fields = { title, stage, category, officer_ids: JSON.stringify(officerIds), opened_on: openedOn };
    await this.#db
      .insertInto('cases')
      .values({ number: entry.number, ...fields, created_at: entry.createdAtMs })
      .onConflict((on) => on.column('number').doUpdateSet(fields))
      .execute();
  }

  async update(number: string, patch: Parameters<CasesWriter['update']>[1]): Promise<void> {
    const fields = named<Updateable<Schema['cases']>>({
      steps: patch.steps && JSON.stringify(patch.steps),
      confidentiality: patch.confidentiality,
      privacy: patch.privacy && JSON.stringify(patch.privacy),
    });
    if (Object.keys(fields).length > 0) mustExist(await this.#tables.update('cases', fields, { number }), because('no-case', { number }));
  }

  async upsertEvent(event: CaseEvent): Promise<void> {
    const fields = {
      case_number: event.caseNumber,
      stage: event.stage,
      officer_ids: JSON.stringify(event.officerIds),
      start_at: event.startMs,
      end_at: event.endMs,
      place: event.place,
    };
    await this.#db
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
      reason: JSON.stringify(suggestion.reason),
      overlap_ms: suggestion.overlapMs,
      state: suggestion.state,
      decided_by: suggestion.decidedBy,
      created_at: suggestion.createdAtMs,
    };
    await this.#db
      .insertInto('suggestions')
      .values(row)
      .onConflict((on) => on.columns(['recording_id', 'event_id']).doNothing())
      .execute();
  }

  async decideSuggestion(id: string, state: 'accepted' | 'declined', decidedBy: string): Promise<void> {
    mustExist(await this.#tables.update('suggestions', { state, decided_by: decidedBy }, { id }), because('no-suggestion', { id }));
  }
}
