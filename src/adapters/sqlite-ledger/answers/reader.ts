import type { Kysely } from 'kysely';
import type { KeptAnswer } from '#domain/kept-answer';
import type { AnswersReader } from '#ports/ledger/answers';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';

/** Reads kept answers, over one connection. */
export class SqlAnswersReader implements AnswersReader {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Rows) {
    this.#db = db;
  }

  async get(by: string, key: string): Promise<KeptAnswer | null> {
    const row = await this.#db.selectFrom('kept_answers').selectAll().where('by', '=', by).where('key', '=', key).executeTakeFirst();
    if (!row) return null;
    const { sight, request, status, location, at } = row;
    const body = row.has_body === 0 ? 'not-kept' : row.body === null ? null : { text: row.body };
    return { by, key, sight, request, status, location, body, atMs: at };
  }
}
