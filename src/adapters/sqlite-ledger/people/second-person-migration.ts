import { type Kysely, sql } from 'kysely';
import { readEntry } from '#domain/custody/read-entry';
import { HAND_IN } from '#domain/look/question';
import { filed } from '#domain/look/terms';
import { HAND_TYPES } from '#domain/people/second-person';
import type { Schema } from '../schema.ts';

const NOTE_UNITS = 'INSERT OR IGNORE INTO call_up_request_units SELECT value, NEW.id FROM json_each(NEW.units);';

/** Which requests concern a unit, for the lists of reviewers. The units of a request never change. */
const UNITS_OF_REQUESTS = [
  'CREATE TABLE call_up_request_units (unit TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (unit, id)) STRICT, WITHOUT ROWID',
  'INSERT OR IGNORE INTO call_up_request_units SELECT value, call_up_requests.id FROM call_up_requests, json_each(call_up_requests.units)',
  `CREATE TRIGGER call_up_requests_noted AFTER INSERT ON call_up_requests BEGIN ${NOTE_UNITS} END`,
];

/** Whose footage a card held: for the histories of those who see a part of it. */
const RECORDINGS_BY_DOCKING = 'CREATE INDEX recordings_by_docking ON recordings (docking_id)';
const GRANTS_BY_REQUEST = 'CREATE INDEX call_up_grants_by_request ON call_up_grants (request_id)';

const PAGE = 500;

/** Adds the units of requests, and files the entries by which somebody had a hand in an account under that account. */
export async function secondPersons(db: Kysely<Schema>): Promise<void> {
  for (const statement of [...UNITS_OF_REQUESTS, RECORDINGS_BY_DOCKING, GRANTS_BY_REQUEST]) await sql.raw(statement).execute(db);
  for (let after = -1; ; ) {
    const page = await db
      .selectFrom('custody')
      .select(['seq', 'at', 'type', 'prev', 'hash', 'bytes'])
      .where('seq', '>', after)
      .where('type', 'in', HAND_TYPES)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    const last = page.at(-1);
    if (!last) return;
    for (const { seq, at, type, ...row } of page) {
      const found = filed(readEntry({ seq, ...row }, []));
      const term = found?.terms.find((each) => each.startsWith(`${HAND_IN}:`));
      if (!found || term === undefined) continue;
      const known = db.insertInto('audit_terms').values({ term, seq, at, type, outcome: found.outcome });
      await known.onConflict((each) => each.doNothing()).execute();
    }
    after = last.seq;
  }
}
