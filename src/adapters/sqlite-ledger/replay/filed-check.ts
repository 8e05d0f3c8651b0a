import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CustodyEntry } from '#domain/custody/entry';
import { readEntry, type StoredEntry } from '#domain/custody/read-entry';
import { filed } from '#domain/look/terms';
import type { Contradiction } from '#ports/ledger/upkeep';
import { HOUR_MS } from '../filing.ts';

interface TermRow {
  readonly term: string;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly outcome: string;
}

/**
 * Compares the index of questions with what the log makes of it. Each entry is asked where it should be filed; rows that no entry asks for are looked for only
 * where there are more rows than that.
 */
export class FiledCheck {
  readonly #raw: DatabaseSync;
  readonly #known: StatementSync;
  readonly #hours = new Map<number, { first: number; last: number }>();
  #rowsTold = 0;

  constructor(raw: DatabaseSync) {
    this.#raw = raw;
    this.#known = raw.prepare('SELECT at, type, outcome FROM audit_terms WHERE term = ? AND seq = ?');
  }

  *entry(entry: CustodyEntry): Generator<Contradiction> {
    const found = filed(entry);
    if (!found) return;
    const { seq, atMs, type } = entry;
    const hour = Math.floor(atMs / HOUR_MS);
    this.#hours.set(hour, { first: this.#hours.get(hour)?.first ?? seq, last: seq });
    const told = `at ${atMs}, type ${type}, outcome ${found.outcome}`;
    for (const term of found.terms) {
      const row = this.#known.get(term, seq) as Pick<TermRow, 'at' | 'type' | 'outcome'> | undefined;
      if (row) this.#rowsTold += 1;
      const there = row ? `at ${row.at}, type ${row.type}, outcome ${row.outcome}` : null;
      if (there !== told) yield { ...contradiction('audit_terms', `${term} ${seq}`), found: there, told, entry: seq };
    }
  }

  /** What the index has beyond the entries, once all of them were checked. */
  *rest(): Generator<Contradiction> {
    const { n } = this.#raw.prepare('SELECT count(*) AS n FROM audit_terms').get() as { n: number };
    if (n > this.#rowsTold) yield* this.#foreign();
    for (const { hour, first, last } of this.#raw.prepare('SELECT hour, first, last FROM audit_hours').all() as unknown as HourRow[]) {
      const told = this.#hours.get(hour);
      this.#hours.delete(hour);
      if (told?.first === first && told.last === last) continue;
      yield {
        ...contradiction('audit_hours', String(hour)),
        found: `first ${first}, last ${last}`,
        told: told ? printed(told) : null,
        entry: null,
      };
    }
    for (const [hour, told] of this.#hours)
      yield { ...contradiction('audit_hours', String(hour)), found: null, told: printed(told), entry: null };
  }

  *#foreign(): Generator<Contradiction> {
    const entry = this.#raw.prepare('SELECT seq, prev, hash, bytes FROM custody WHERE seq = ?');
    const beside = this.#raw.prepare('SELECT name, salt, bytes FROM custody_beside WHERE seq = ?');
    for (const row of this.#raw.prepare('SELECT term, seq, at, type, outcome FROM audit_terms').iterate()) {
      const { term, seq, at, type, outcome } = row as unknown as TermRow;
      const stored = entry.get(seq) as StoredEntry | undefined;
      const terms = stored ? filed(readEntry(stored, beside.all(seq) as never))?.terms : undefined;
      if (!terms?.includes(term))
        yield {
          ...contradiction('audit_terms', `${term} ${seq}`),
          found: `at ${at}, type ${type}, outcome ${outcome}`,
          told: null,
          entry: null,
        };
    }
  }
}

interface HourRow {
  readonly hour: number;
  readonly first: number;
  readonly last: number;
}

function printed({ first, last }: { first: number; last: number }): string {
  return `first ${first}, last ${last}`;
}

function contradiction(table: string, row: string): Pick<Contradiction, 'table' | 'row' | 'column' | 'recordingId'> {
  return { table, row, column: null, recordingId: null };
}
