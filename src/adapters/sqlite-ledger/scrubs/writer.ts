import type { ScrubFault, ScrubOrders, ScrubsWriter } from '#ports/ledger/scrubs';
import type { Rows } from '../connection.ts';
import type { Tables } from '../tables.ts';

/** Writes what the scrub found and what people ordered, inside one transaction. */
export class SqlScrubsWriter implements ScrubsWriter {
  readonly #tables: Tables;

  constructor({ tables }: Rows) {
    this.#tables = tables;
  }

  async putFault({ itemId, where, recordingId, key, kind, foundAtMs, dueAtMs, endedAtMs }: ScrubFault): Promise<void> {
    const times = { found_at: foundAtMs, due_at: dueAtMs, ended_at: endedAtMs };
    await this.#tables.upsert('scrub_faults', { item_id: itemId, place: where, recording_id: recordingId, key, kind, ...times }, [
      'item_id',
      'place',
    ]);
  }

  async putOrders(place: string, { paused, haltedAtMs, confirmedAtMs, runSinceMs }: ScrubOrders): Promise<void> {
    const times = { halted_at: haltedAtMs, confirmed_at: confirmedAtMs, run_since: runSinceMs };
    await this.#tables.upsert('scrub_orders', { place, paused: paused ? 1 : 0, ...times }, ['place']);
  }
}
