import type { EvictionWriter } from '#ports/ledger/eviction';
import type { Rows } from '../connection.ts';
import type { Tables } from '../tables.ts';

/** Writes which originals are being fetched back, inside one transaction. */
export class SqlEvictionWriter implements EvictionWriter {
  readonly #tables: Tables;

  constructor({ tables }: Rows) {
    this.#tables = tables;
  }

  async noteFetch(originalId: string, atMs: number): Promise<void> {
    await this.#tables.insert('fetches', { original_id: originalId, at: atMs }, 'ON CONFLICT (original_id) DO NOTHING');
  }

  async forgetFetch(originalId: string): Promise<void> {
    await this.#tables.remove('fetches', { original_id: originalId });
  }
}
