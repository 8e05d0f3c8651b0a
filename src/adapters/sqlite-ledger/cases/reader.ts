import { type Kysely, sql } from 'kysely';
import type { Case, CaseEvent, Suggestion } from '#domain/registry';
import type { Scope } from '#domain/scope';
import type { CasesReader } from '#ports/ledger/cases';
import type { Page } from '#ports/ledger/page';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { toCase, toCaseEvent, toSuggestion } from '../rows.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import type { Tables } from '../tables.ts';

const LIST_MAX = 100_000;
const PAGE = 1000;

/** Reads cases, their events and suggestions, over one connection. */
export class SqlCasesReader implements CasesReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;
  readonly #sight: Sight;

  constructor({ db, tables, dialect }: Rows, scope: Scope = 'all') {
    this.#sight = new Sight(scope, dialect);
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async get(number: string): Promise<Case | null> {
    const found = this.#db.selectFrom('cases').selectAll().where('number', '=', number);
    const row = await this.#sight.narrow(found, 'case', 'cases.number').executeTakeFirst();
    return row ? toCase(row) : null;
  }

  async numbered(numbers: readonly string[]): Promise<readonly Case[]> {
    const query = this.#db.selectFrom('cases').selectAll().where('number', 'in', this.#dialect.among(numbers)).orderBy('number');
    return (await this.#sight.narrow(query, 'caseOfRecordings', 'cases.number').execute()).map(toCase);
  }

  async list({ after, limit }: Page): Promise<readonly Case[]> {
    let query = this.#db.selectFrom('cases').selectAll().orderBy('created_at', 'desc').orderBy('number').limit(limit);
    if (after !== undefined) {
      const place = this.#db.selectFrom('cases').select('created_at').where('number', '=', after);
      const last = await this.#sight.narrow(place, 'case', 'cases.number').executeTakeFirst();
      if (!last) return [];
      query = query
        .where('created_at', '<=', last.created_at)
        .where((is) => is.or([is('created_at', '<', last.created_at), is('number', '>', after)]));
    }
    return (await this.#sight.narrow(query, 'case', 'cases.number').execute()).map(toCase);
  }

  async beginning(start: string, { after, limit }: Page): Promise<readonly Case[]> {
    // Behind every number that begins so: no text holds a code point above U+10FFFF.
    let query = this.#db.selectFrom('cases').selectAll().where('number', '>=', start).where('number', '<', `${start}\u{10ffff}`);
    if (after !== undefined) query = query.where('number', '>', after);
    return (await this.#sight.narrow(query.orderBy('number').limit(limit), 'case', 'cases.number').execute()).map(toCase);
  }

  async events(
    caseNumber: string,
    { after, limit }: { after?: CaseEvent; limit: number } = { limit: LIST_MAX },
  ): Promise<readonly CaseEvent[]> {
    let found = this.#db.selectFrom('case_events').selectAll().where('case_number', '=', caseNumber);
    if (after) found = found.where(sql<boolean>`(start_at, id) > (${after.startMs}, ${after.id})`);
    found = this.#sight.narrow(found, 'case', 'case_events.case_number');
    return (await found.orderBy('start_at').orderBy('id').limit(limit).execute()).map(toCaseEvent);
  }

  async event(id: string): Promise<CaseEvent | null> {
    const found = this.#db.selectFrom('case_events').selectAll().where('id', '=', id);
    const row = await this.#sight.narrow(found, 'case', 'case_events.case_number').executeTakeFirst();
    return row ? toCaseEvent(row) : null;
  }

  async eventsTouching(startMs: number, endMs: number, marginMs: number): Promise<readonly CaseEvent[]> {
    if (!this.#sight.isAll) return this.#seenTouching(startMs - marginMs, endMs + marginMs);
    const within = `start_at <= ? AND end_at >= ? ORDER BY start_at LIMIT ${PAGE}`;
    const rows = await this.#tables.where('case_events', within, [endMs + marginMs, startMs - marginMs]);
    return rows.map(toCaseEvent);
  }

  async #seenTouching(fromMs: number, toMs: number): Promise<readonly CaseEvent[]> {
    const found = this.#db.selectFrom('case_events').selectAll().where('start_at', '<=', toMs).where('end_at', '>=', fromMs);
    const seen = this.#sight.narrow(found, 'case', 'case_events.case_number').orderBy('start_at').limit(PAGE);
    return (await seen.execute()).map(toCaseEvent);
  }

  async suggestion(id: string): Promise<Suggestion | null> {
    const found = this.#db.selectFrom('suggestions').selectAll().where('id', '=', id);
    const row = await this.#sight.narrow(found, 'recording', 'suggestions.recording_id').executeTakeFirst();
    return row ? toSuggestion(row) : null;
  }

  async suggestions(filter: {
    state?: Suggestion['state'];
    recordingId?: string;
    after?: string;
    limit: number;
  }): Promise<readonly Suggestion[]> {
    let query = this.#db.selectFrom('suggestions').selectAll();
    if (filter.state) query = query.where('state', '=', filter.state);
    if (filter.recordingId) query = query.where('recording_id', '=', filter.recordingId);
    if (filter.after !== undefined) query = query.where('id', '<', filter.after);
    query = this.#sight.narrow(query, 'oneOfRecordings', 'suggestions.recording_id');
    return (await query.orderBy('id', 'desc').limit(filter.limit).execute()).map(toSuggestion);
  }
}
