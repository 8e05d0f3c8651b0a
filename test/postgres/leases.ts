import { type Kysely, sql } from 'kysely';
import type { Schema } from '#adapters/sqlite-ledger/schema';
import type { HeldRow } from '#adapters/sqlite-ledger/work/leases';
import type { LeaseBook } from '#adapters/sqlite-ledger/work/writer';

/**
 * Leases for a ledger that several processes write. They are in a table, so that all processes know them. A lease is written in the transaction of its claim.
 */
export class SharedLeases implements LeaseBook {
  readonly #db: Kysely<Schema>;
  readonly #nowMs: () => number;

  /** `nowMs`: one monotonic clock for all writers. A server in real use would ask its own clock. */
  constructor(db: Kysely<Schema>, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
  }

  async hold({ id }: HeldRow, leaseMs: number): Promise<void> {
    await sql`INSERT INTO leases (work_id, ends_ms) VALUES (${id}, ${this.#nowMs() + leaseMs})
      ON CONFLICT (work_id) DO UPDATE SET ends_ms = excluded.ends_ms`.execute(this.#db);
  }

  async isHeld({ id }: HeldRow): Promise<boolean> {
    return (await sql`SELECT 1 FROM leases WHERE work_id = ${id} AND ends_ms > ${this.#nowMs()}`.execute(this.#db)).rows.length > 0;
  }
}
