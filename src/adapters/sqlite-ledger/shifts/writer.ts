import { because } from '#domain/reason';
import type { Shift } from '#domain/shifts/shift';
import type { ShiftsWriter } from '#ports/ledger/shifts';
import type { Rows } from '../connection.ts';
import { mustExist } from '../patches.ts';
import type { Tables } from '../tables.ts';

/** Writes shifts, inside one transaction. */
export class SqlShiftsWriter implements ShiftsWriter {
  readonly #tables: Tables;

  constructor({ tables }: Rows) {
    this.#tables = tables;
  }

  async put({ id, officer, startMs, endMs, setAtMs }: Shift): Promise<void> {
    const row = { id, officer_id: officer, start_at: startMs, end_at: endMs, set_at: setAtMs };
    await this.#tables.upsert('shifts', row, ['id'], ['officer_id', 'start_at']);
  }

  async remove(id: string): Promise<void> {
    mustExist(await this.#tables.remove('shifts', { id }), because('no-shift', { id }));
  }
}
