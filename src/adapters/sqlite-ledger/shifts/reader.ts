import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { ShiftDutyFacts } from '#domain/duties/facts';
import { SHIFT_MS_MAX, type Shift } from '#domain/shifts/shift';
import type { Page } from '#ports/ledger/page';
import type { ShiftFilter, ShiftsReader } from '#ports/ledger/shifts';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';

interface FactsRow {
  readonly id: string;
  readonly unit: string | null;
  readonly end_at: number;
  readonly set_at: number;
  readonly filmed: number;
}

/** Reads shifts, over one connection. */
export class SqlShiftsReader implements ShiftsReader {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Rows) {
    this.#db = db;
  }

  async list({ officer, fromMs, beforeMs, after, limit }: ShiftFilter & Page): Promise<readonly Shift[]> {
    const conditions: RawBuilder<unknown>[] = [sql`1 = 1`];
    if (officer !== undefined) conditions.push(sql`officer_id = ${officer}`);
    if (fromMs !== undefined) conditions.push(sql`start_at >= ${fromMs}`);
    if (beforeMs !== undefined) conditions.push(sql`start_at < ${beforeMs}`);
    if (after !== undefined) conditions.push(sql`id > ${after}`);
    const { rows } = await sql<Selectable<Schema['shifts']>>`
      SELECT * FROM shifts WHERE ${sql.join(conditions, sql` AND `)} ORDER BY id LIMIT ${limit}`.execute(this.#db);
    return rows.map((row) => ({
      ...{ id: row.id, officer: row.officer_id, startMs: Number(row.start_at), endMs: Number(row.end_at), setAtMs: Number(row.set_at) },
    }));
  }

  /** Footage of a shift began at most its longest length before it; `sort_at` is the start where that is known, and has the index. */
  async dutyFacts({ after, limit }: { readonly after: string; readonly limit: number }): Promise<readonly ShiftDutyFacts[]> {
    const { rows } = await sql<FactsRow>`
      SELECT s.id, officers.unit, s.end_at, s.set_at,
        CASE WHEN EXISTS (SELECT 1 FROM recordings AS rec WHERE rec.officer_id = s.officer_id AND rec.sort_at >= s.start_at - ${SHIFT_MS_MAX}
          AND rec.sort_at < s.end_at AND rec.start_at IS NOT NULL AND rec.kind IN ('video', 'audio', 'photo')
          AND (rec.start_at >= s.start_at OR rec.start_at + coalesce(rec.duration_ms, 0) > s.start_at)) THEN 1 ELSE 0 END AS filmed
      FROM shifts AS s LEFT JOIN officers ON officers.id = s.officer_id
      WHERE s.id > ${after} ORDER BY s.id LIMIT ${limit}`.execute(this.#db);
    return rows.map(({ id, unit, end_at, set_at, filmed }) => ({
      ...{ id, unit, endMs: Number(end_at), setAtMs: Number(set_at), filmed: Number(filmed) === 1 },
    }));
  }
}
