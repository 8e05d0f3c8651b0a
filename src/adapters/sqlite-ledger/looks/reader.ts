import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { CustodyEntry } from '#domain/custody/entry';
import { RecordingSeen } from '#domain/custody/look-entries';
import { readEntry } from '#domain/custody/read-entry';
import { EvidockError } from '#domain/errors';
import { type AuditQuestion, EVERYTHING, FACETS, type Facet, termOf } from '#domain/look/question';
import { because } from '#domain/reason';
import type { AuditAnswer, AuditPage, LooksReader } from '#ports/ledger/looks';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { HOUR_MS } from '../filing.ts';
import type { Schema } from '../schema.ts';

/**
 * How many rows of the index are walked for one page at most, so that a question of several parts which fit few entries together takes its time in many short
 * pages rather than one long one.
 */
const WALKED_MAX = 10_000;
const SEEN_MAX = 1000;

interface Term {
  readonly facet: Facet | null;
  readonly value: string;
  readonly term: string;
}

/** Numbers of entries, both ends within. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** Answers questions to the log, over one connection. */
export class SqlLooksReader implements LooksReader {
  readonly #db: Kysely<Schema>;
  readonly #dialect: Dialect;

  constructor({ db, dialect }: Pick<Rows, 'db' | 'dialect'>) {
    this.#db = db;
    this.#dialect = dialect;
  }

  async answer(question: AuditQuestion, page: AuditPage): Promise<AuditAnswer> {
    const span = await this.#spanOf(question, page);
    if (!span) return { entries: [], next: null };
    const terms = termsIn(question);
    const walked = await this.#rarest(terms, span);
    const isNewest = page.order === 'newest';
    const order = isNewest ? sql`DESC` : sql`ASC`;
    const rows = sql`SELECT seq, at, type, outcome FROM audit_terms
      WHERE term = ${walked.term} AND seq >= ${span.first} AND seq <= ${span.last} ORDER BY seq ${order}`;
    const conditions = [sql`1 = 1`, ...timesIn(question), ...terms.filter((each) => each !== walked).map((each) => this.#holds(each))];
    const found = await sql<{ seq: number }>`SELECT d.seq AS seq FROM (${rows} LIMIT ${WALKED_MAX}) AS d
      WHERE ${sql.join(conditions, sql` AND `)} ORDER BY d.seq ${order} LIMIT ${page.limit}`.execute(this.#db);
    const seqs = found.rows.map(({ seq }) => seq);
    return { entries: await this.#entries(seqs, isNewest), next: await this.#nextOf(seqs, page, rows) };
  }

  /** Behind which entry the answer goes on: the last of a full page, else the last that was walked; null if all were walked. */
  async #nextOf(seqs: readonly number[], { limit }: AuditPage, rows: RawBuilder<unknown>): Promise<number | null> {
    const last = seqs.at(-1);
    if (last !== undefined && seqs.length >= limit) return last;
    const end = await sql<{ seq: number }>`SELECT d.seq AS seq FROM (${rows} LIMIT 1 OFFSET ${WALKED_MAX - 1}) AS d`.execute(this.#db);
    return end.rows[0]?.seq ?? null;
  }

  /** Within which numbers the entries of a time are; null: there are none. Clocks that were set back make it wider, never too narrow. */
  async #spanOf({ fromMs, untilMs }: AuditQuestion, { order, after }: AuditPage): Promise<Span | null> {
    const hours = await sql<{ first: number | null; last: number | null }>`SELECT min(first) AS first, max(last) AS last FROM audit_hours
      WHERE hour >= ${Math.floor((fromMs ?? 0) / HOUR_MS)} AND hour <= ${Math.floor((untilMs ?? Number.MAX_SAFE_INTEGER) / HOUR_MS)}`.execute(
      this.#db,
    );
    const { first = null, last = null } = hours.rows[0] ?? {};
    if (first === null || last === null) return null;
    const span = {
      first: after !== undefined && order === 'oldest' ? Math.max(first, after + 1) : first,
      last: after !== undefined && order === 'newest' ? Math.min(last, after - 1) : last,
    };
    return span.first > span.last ? null : span;
  }

  /** The part of the question that fits the fewest entries, counted as far as a page walks. */
  async #rarest(terms: readonly Term[], { first, last }: Span): Promise<Term> {
    const [only = { facet: null, value: '', term: EVERYTHING }] = terms;
    if (terms.length < 2) return only;
    let rarest = only;
    let fewest = Number.POSITIVE_INFINITY;
    for (const each of terms) {
      const counted = await sql<{ n: number }>`SELECT count(*) AS n FROM (SELECT 1 AS one FROM audit_terms
        WHERE term = ${each.term} AND seq >= ${first} AND seq <= ${last} LIMIT ${WALKED_MAX}) AS d`.execute(this.#db);
      const n = Number(counted.rows[0]?.n ?? 0);
      if (n >= fewest) continue;
      rarest = each;
      fewest = n;
    }
    return rarest;
  }

  #holds({ facet, value, term }: Term): RawBuilder<unknown> {
    if (facet === 'type' || facet === 'outcome') return sql`${sql.ref(`d.${facet}`)} = ${value}`;
    return sql`EXISTS (SELECT 1 FROM audit_terms AS o WHERE o.term = ${term} AND o.seq = d.seq)`;
  }

  async #entries(seqs: readonly number[], isNewest: boolean): Promise<readonly CustodyEntry[]> {
    const among = this.#dialect.amongNumbers(seqs);
    const rows = await this.#db
      .selectFrom('custody')
      .select(['seq', 'prev', 'hash', 'bytes'])
      .where('seq', 'in', among)
      .orderBy('seq', isNewest ? 'desc' : 'asc')
      .execute();
    const beside = await this.#db.selectFrom('custody_beside').selectAll().where('seq', 'in', among).execute();
    const bySeq = Map.groupBy(beside, ({ seq }) => seq);
    return rows.map((row) => {
      try {
        return readEntry(row, bySeq.get(row.seq) ?? []);
      } catch (error) {
        throw new EvidockError('ledger.failed', because('entry-unreadable', { seq: row.seq }), error);
      }
    });
  }

  async seenOf(looks: readonly string[]): Promise<ReadonlyMap<string, CustodyEntry>> {
    const terms = looks.slice(0, SEEN_MAX).map((each) => termOf('look', each));
    const last = await sql<{ term: string; seq: number }>`SELECT term, max(seq) AS seq FROM audit_terms
      WHERE term IN ${this.#dialect.among(terms)} AND type = ${RecordingSeen.type} GROUP BY term`.execute(this.#db);
    const entries = new Map(
      (
        await this.#entries(
          last.rows.map(({ seq }) => Number(seq)),
          false,
        )
      ).map((entry) => [entry.seq, entry]),
    );
    const found = last.rows.flatMap(({ term, seq }): [string, CustodyEntry][] => {
      const entry = entries.get(Number(seq));
      return entry ? [[term.slice('look:'.length), entry]] : [];
    });
    return new Map(found);
  }

  async titlesNow(numbers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db
      .selectFrom('cases')
      .select(['number', 'title'])
      .where('number', 'in', this.#dialect.among(numbers))
      .execute();
    return new Map(rows.map(({ number, title }) => [number, title]));
  }
}

/** The facets that are asked for; none: everything. */
function termsIn(question: AuditQuestion): readonly Term[] {
  return FACETS.flatMap((facet) => {
    const value = question[facet];
    return value === undefined ? [] : [{ facet, value, term: termOf(facet, value) }];
  });
}

function timesIn({ fromMs, untilMs }: AuditQuestion): readonly RawBuilder<unknown>[] {
  return [...(fromMs === undefined ? [] : [sql`d.at >= ${fromMs}`]), ...(untilMs === undefined ? [] : [sql`d.at < ${untilMs}`])];
}
