import { type Kysely, sql } from 'kysely';
import { KEPT_MAX, KEPT_MS, type KeptAnswer } from '#domain/kept-answer';
import type { AnswersWriter } from '#ports/ledger/answers';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';

/** Keeps answers, inside one transaction. */
export class SqlAnswersWriter implements AnswersWriter {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Rows) {
    this.#db = db;
  }

  async keep({ by, key, sight, request, status, location, body, atMs }: KeptAnswer): Promise<void> {
    const text = body === 'not-kept' ? null : (body?.text ?? null);
    const row = { sight, request, status, location, has_body: body === 'not-kept' ? 0 : 1, body: text, at: atMs };
    await this.#db
      .deleteFrom('kept_answers')
      .where('at', '<=', atMs - KEPT_MS)
      .execute();
    await this.#db
      .insertInto('kept_answers')
      .values({ by, key, ...row })
      .onConflict((known) => known.columns(['by', 'key']).doUpdateSet(row))
      .execute();
    const newest = this.#db.selectFrom('kept_answers').select(['at', 'by', 'key']).orderBy('at', 'desc').orderBy('by', 'desc');
    const last = await newest.orderBy('key', 'desc').limit(1).offset(KEPT_MAX).executeTakeFirst();
    if (last) await sql`DELETE FROM kept_answers WHERE (at, by, key) <= (${last.at}, ${last.by}, ${last.key})`.execute(this.#db);
  }
}
