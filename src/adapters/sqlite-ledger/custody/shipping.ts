import { type Kysely, sql } from 'kysely';
import type { SegmentKind, ShippedEntry } from '#domain/custody/segment';
import type { ShippingLag, ShippingLedger, ShippingPlace } from '#ports/log-shipping';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';

const ERASED_PAGE = 1000;
const TABLES = { log: 'custody', former: 'custody_former' } as const;

type Write = <T>(body: () => Promise<T>) => Promise<T>;

/** Notes how far the log was shipped. It reads on one connection and writes on the other, in a transaction of its own. */
export class SqlShipping implements ShippingLedger {
  readonly #reading: Kysely<Schema>;
  readonly #writing: Kysely<Schema>;
  readonly #dialect: Dialect;
  readonly #inTransaction: Write;

  constructor({
    reading,
    writing,
    inTransaction,
  }: { reading: Pick<Rows, 'db'>; writing: Pick<Rows, 'db' | 'dialect'>; inTransaction: Write }) {
    this.#reading = reading.db;
    this.#writing = writing.db;
    this.#dialect = writing.dialect;
    this.#inTransaction = inTransaction;
  }

  async lag(place: ShippingPlace): Promise<ShippingLag> {
    const found = await sql<{ next: number; newest: number; oldest: number | null; erased: number }>`
      WITH noted AS (SELECT coalesce((SELECT next FROM custody_shipped WHERE place = ${place}), 0) AS next)
      SELECT next, coalesce((SELECT max(seq) FROM custody), (SELECT max(seq) FROM custody_former), -1) AS newest,
        coalesce((SELECT at FROM custody_former WHERE seq >= next ORDER BY seq LIMIT 1), (SELECT at FROM custody WHERE seq >= next ORDER BY seq LIMIT 1)) AS oldest,
        (SELECT count(*) FROM custody_erased WHERE place = ${place}) AS erased
      FROM noted`.execute(this.#reading);
    const { next = 0, newest = -1, oldest = null, erased = 0 } = found.rows[0] ?? {};
    return { next, entries: Math.max(0, newest + 1 - next), oldestAtMs: oldest, erased };
  }

  async entries(range: { first: number; last: number; entriesMax: number; bytesMax: number }) {
    for (const kind of ['former', 'log'] as const) {
      const last = await this.#lastOf(kind, range);
      if (last !== null) return { kind, entries: await this.#between(kind, range.first, last) };
    }
    return null;
  }

  /** The last entry that fits into the bounds. Sizes are read before bytes, so that the bytes read are bounded. */
  async #lastOf(kind: SegmentKind, range: { first: number; last: number; entriesMax: number; bytesMax: number }): Promise<number | null> {
    const { rows } = await sql<{ seq: number; size: number }>`
      SELECT seq, length(bytes) + coalesce((SELECT sum(length(b.bytes)) FROM custody_beside b WHERE b.seq = c.seq), 0) AS size
      FROM ${sql.table(TABLES[kind])} c WHERE seq >= ${range.first} AND seq <= ${range.last} ORDER BY seq LIMIT ${range.entriesMax}`.execute(
      this.#reading,
    );
    let bytes = 0;
    let last: number | null = null;
    for (const { seq, size } of rows) {
      bytes += size;
      if (last !== null && bytes > range.bytesMax) break;
      last = seq;
    }
    return last;
  }

  async #between(kind: SegmentKind, first: number, last: number): Promise<readonly ShippedEntry[]> {
    const within = (table: 'custody' | 'custody_former') =>
      this.#reading
        .selectFrom(table)
        .select(['seq', 'prev', 'hash', 'bytes'])
        .where('seq', '>=', first)
        .where('seq', '<=', last)
        .orderBy('seq')
        .execute();
    const rows = await within(TABLES[kind]);
    const found = await this.#reading
      .selectFrom('custody_beside')
      .selectAll()
      .where('seq', '>=', first)
      .where('seq', '<=', last)
      .orderBy('seq')
      .orderBy('name')
      .execute();
    const bySeq = Map.groupBy(found, ({ seq }) => seq);
    return rows.map((row) => ({ ...row, beside: bySeq.get(row.seq) ?? [] }));
  }

  async noteShipped(place: ShippingPlace, next: number): Promise<void> {
    await this.#inTransaction(() =>
      this.#writing
        .insertInto('custody_shipped')
        .values({ place, next })
        .onConflict((conflict) => conflict.column('place').doUpdateSet({ next }))
        .execute(),
    );
  }

  async erased(place: ShippingPlace): Promise<readonly number[]> {
    const rows = await this.#reading
      .selectFrom('custody_erased')
      .select('seq')
      .where('place', '=', place)
      .orderBy('seq')
      .limit(ERASED_PAGE)
      .execute();
    return rows.map(({ seq }) => seq);
  }

  async noteErased(place: ShippingPlace, seqs: readonly number[]): Promise<void> {
    await this.#inTransaction(() =>
      this.#writing.deleteFrom('custody_erased').where('place', '=', place).where('seq', 'in', this.#dialect.amongNumbers(seqs)).execute(),
    );
  }
}
