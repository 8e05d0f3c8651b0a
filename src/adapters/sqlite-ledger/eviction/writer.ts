import type { Kysely } from 'kysely';
import type { EvictionWriter, WaitingFetch } from '#ports/ledger/eviction';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Writes which originals are being fetched back, inside one transaction. */
export class SqlEvictionWriter implements EvictionWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async noteFetch(originalId: string, atMs: number): Promise<void> {
    await this.#tables.insert('fetches', { original_id: originalId, at: atMs, why: null }, 'ON CONFLICT (original_id) DO NOTHING');
  }

  async postponeFetch(originalId: string, { dueAtMs, why }: Pick<WaitingFetch, 'dueAtMs' | 'why'>): Promise<void> {
    await this.#db
      .updateTable('fetches')
      .set(({ eb }) => ({ attempts: eb('attempts', '+', 1), due_at: dueAtMs, why: JSON.stringify(why) }))
      .where('original_id', '=', originalId)
      .execute();
  }

  async forgetFetch(originalId: string): Promise<void> {
    await this.#tables.remove('fetches', { original_id: originalId });
  }
}
