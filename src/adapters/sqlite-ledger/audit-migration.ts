import { type Kysely, sql } from 'kysely';
import { readEntry, type StoredEntry } from '#domain/custody/read-entry';
import { filed } from '#domain/look/terms';
import { HOUR_MS } from './filing.ts';
import type { Schema } from './schema.ts';

/** Where an address is kept beside the log it can be erased, and with it goes the row by which it was found. */
const OF_ADDRESS = "term LIKE 'address:%'";

/**
 * The index of questions. `audit_terms` has a row for each term of an entry; type, outcome and time stand in it so that a page is chosen from the index alone.
 * `audit_hours` has, by the hour that entries name, the first and last number of those: clocks can be set back, so a time is no place in the log.
 */
const AUDIT = [
  `CREATE TABLE audit_terms (
    term TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (term, seq)) STRICT, WITHOUT ROWID`,
  'CREATE TABLE audit_hours (hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT',
  `CREATE TRIGGER audit_terms_refuses_update BEFORE UPDATE ON audit_terms BEGIN SELECT RAISE(ABORT, 'audit_terms is append-only'); END`,
  `CREATE TRIGGER audit_terms_refuses_delete BEFORE DELETE ON audit_terms WHEN NOT OLD.${OF_ADDRESS} BEGIN SELECT RAISE(ABORT, 'audit_terms is append-only'); END`,
  `CREATE TRIGGER custody_beside_address_erased AFTER DELETE ON custody_beside WHEN OLD.name = 'address' BEGIN DELETE FROM audit_terms WHERE term = 'address:' || (CAST(OLD.bytes AS TEXT) ->> '$') AND seq = OLD.seq; END`,
];

const PAGE = 500;
/** SQLite takes at most 32,766 parameters in a statement; a row has 5. */
const ROWS_MAX = 5000;

/** Makes the tables and files what is in the log already. */
export async function makeAudit(db: Kysely<Schema>): Promise<void> {
  for (const statement of AUDIT) await sql.raw(statement).execute(db);
  for (let after = -1; ; ) {
    const last = await filePage(db, after);
    if (last === null) return;
    after = last;
  }
}

/** Files the entries of one page; returns the number of the last, null where there was none. An entry that cannot be read is a fault that `verify` names. */
async function filePage(db: Kysely<Schema>, after: number): Promise<number | null> {
  const page = await db.selectFrom('custody').selectAll().where('seq', '>', after).orderBy('seq').limit(PAGE).execute();
  const last = page.at(-1);
  if (!last) return null;
  const beside = await db.selectFrom('custody_beside').selectAll().where('seq', '>', after).where('seq', '<=', last.seq).execute();
  const bySeq = Map.groupBy(beside, ({ seq }) => seq);
  const terms: Schema['audit_terms'][] = [];
  const hours = new Map<number, { first: number; last: number }>();
  for (const row of page) {
    const found = filedOrNull(row, bySeq.get(row.seq) ?? []);
    if (!found) continue;
    const { seq, at, type } = row;
    terms.push(...found.terms.map((term) => ({ term, seq, at, type, outcome: found.outcome })));
    const hour = Math.floor(at / HOUR_MS);
    hours.set(hour, { first: hours.get(hour)?.first ?? seq, last: seq });
  }
  for (let from = 0; from < terms.length; from += ROWS_MAX)
    await db
      .insertInto('audit_terms')
      .values(terms.slice(from, from + ROWS_MAX))
      .execute();
  for (const [hour, { first, last: end }] of hours)
    await db
      .insertInto('audit_hours')
      .values({ hour, first, last: end })
      .onConflict((known) => known.column('hour').doUpdateSet({ last: end }))
      .execute();
  return last.seq;
}

function filedOrNull(row: StoredEntry, beside: Parameters<typeof readEntry>[1]) {
  try {
    return filed(readEntry(row, beside));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
