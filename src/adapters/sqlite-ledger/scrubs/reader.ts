import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Copy } from '#domain/recording';
import type { ScrubFault, ScrubFaultKind, ScrubOrders, ScrubsReader, ScrubTally } from '#ports/ledger/scrubs';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { toCopy } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Recordings that are added up in one statement: some milliseconds. */
const TALLY_PAGE = 1000;

/** Reads what the scrub stands on. It is the station's own work and tells of every recording. */
export class SqlScrubsReader implements ScrubsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#dialect = dialect;
    this.#tables = tables;
  }

  async next(place: string, nowMs: number): Promise<Copy | null> {
    const [row] = (await this.#due(place, nowMs, '>').execute()).concat(await this.#due(place, nowMs, '<=').execute());
    return row ? toCopy(row) : null;
  }

  async dueFault(place: string, nowMs: number): Promise<Copy | null> {
    const row = await this.#originals(place)
      .innerJoin('scrub_faults', (join) =>
        join.onRef('scrub_faults.item_id', '=', 'copies.item_id').onRef('scrub_faults.place', '=', 'copies.place'),
      )
      .selectAll('copies')
      .where('scrub_faults.ended_at', 'is', null)
      .where('scrub_faults.due_at', '<=', nowMs)
      .orderBy('scrub_faults.due_at')
      .orderBy('copies.item_id')
      .limit(1)
      .executeTakeFirst();
    return row ? toCopy(row) : null;
  }

  #due(place: string, nowMs: number, when: '>' | '<=') {
    return this.#originals(place)
      .selectAll('copies')
      .where('copies.verified_at', when, nowMs)
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('scrub_faults')
              .select('scrub_faults.item_id')
              .whereRef('scrub_faults.item_id', '=', 'copies.item_id')
              .whereRef('scrub_faults.place', '=', 'copies.place')
              .where('scrub_faults.ended_at', 'is', null)
              .where('scrub_faults.due_at', '>', nowMs),
          ),
        ),
      )
      .orderBy('copies.verified_at')
      .orderBy('copies.item_id')
      .limit(1);
  }

  /** Copies of sealed originals in a place, without what is evicted. */
  #originals(place: string) {
    const found = this.#db
      .selectFrom('copies')
      .innerJoin('originals', 'originals.id', 'copies.item_id')
      .where('copies.place', '=', place)
      .where('originals.state', '=', 'sealed');
    return place === 'vault' ? found.where('originals.evicted_at', 'is', null) : found;
  }

  async tally(place: string, beforeMs: number): Promise<ScrubTally> {
    const sum = { items: 0, bytes: 0, oldestMs: null as number | null, overdue: 0 };
    for (let after = ''; ; ) {
      const last = await this.#pageEnd(after);
      const page = await this.#tallied(place, { beforeMs, after, last });
      sum.items += page.items;
      sum.bytes += page.bytes;
      sum.overdue += page.overdue;
      if (page.oldest !== null) sum.oldestMs = Math.min(page.oldest, sum.oldestMs ?? page.oldest);
      if (last === null) return sum;
      after = last;
      await nextTurn();
    }
  }

  /** Id of the last recording of a page; null: the page is the last one. */
  async #pageEnd(after: string): Promise<string | null> {
    const rest = this.#db.selectFrom('recordings').select('id').where('id', '>', after).orderBy('id');
    return (
      (
        await rest
          .limit(1)
          .offset(TALLY_PAGE - 1)
          .executeTakeFirst()
      )?.id ?? null
    );
  }

  async #tallied(place: string, { beforeMs, after, last }: { beforeMs: number; after: string; last: string | null }) {
    const within = last === null ? sql`` : sql`AND originals.recording_id <= ${last}`;
    const resident = place === 'vault' ? sql`AND originals.evicted_at IS NULL` : sql``;
    const { rows } = await sql<{ items: number; bytes: number; oldest: number | null; overdue: number }>`
      SELECT count(*) AS items, coalesce(sum(copies.bytes), 0) AS bytes, min(copies.verified_at) AS oldest,
        coalesce(sum(CASE WHEN copies.verified_at < ${beforeMs} THEN 1 ELSE 0 END), 0) AS overdue
      FROM originals ${this.#dialect.joinInOrder} copies ON copies.recording_id = originals.recording_id AND copies.item_id = originals.id AND copies.place = ${place}
      WHERE originals.recording_id > ${after} ${within} AND originals.state = 'sealed' ${resident}`.execute(this.#db);
    const { items, bytes, oldest, overdue } = rows[0] ?? { items: 0, bytes: 0, oldest: null, overdue: 0 };
    return { items: Number(items), bytes: Number(bytes), oldest: oldest === null ? null : Number(oldest), overdue: Number(overdue) };
  }

  async orders(place: string): Promise<ScrubOrders> {
    const [row] = await this.#tables.select('scrub_orders', { place });
    return {
      paused: row?.paused === 1,
      haltedAtMs: row?.halted_at ?? null,
      confirmedAtMs: row?.confirmed_at ?? null,
      runSinceMs: row?.run_since ?? null,
    };
  }

  async fault(itemId: string, place: string): Promise<ScrubFault | null> {
    const [row] = await this.#tables.select('scrub_faults', { item_id: itemId, place });
    return row ? toFault(row) : null;
  }

  async openFaults(place: string, limit: number): Promise<readonly ScrubFault[]> {
    const open = this.#db.selectFrom('scrub_faults').selectAll().where('place', '=', place).where('ended_at', 'is', null);
    return (await open.orderBy('found_at').orderBy('item_id').limit(limit).execute()).map(toFault);
  }

  async faultsSince(place: string, ms: number): Promise<number> {
    const found = this.#db.selectFrom('scrub_faults').where('place', '=', place).where('found_at', '>=', ms);
    const [row] = await found.select(({ fn }) => fn.countAll<number>().as('count')).execute();
    return Number(row?.count ?? 0);
  }
}

function toFault(row: Selectable<Schema['scrub_faults']>): ScrubFault {
  return {
    ...{ itemId: row.item_id, where: row.place, recordingId: row.recording_id, key: row.key, kind: row.kind as ScrubFaultKind },
    ...{ foundAtMs: row.found_at, dueAtMs: row.due_at, endedAtMs: row.ended_at },
  };
}
