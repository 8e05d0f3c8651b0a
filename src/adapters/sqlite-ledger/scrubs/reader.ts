import { type Kysely, type Selectable, sql } from 'kysely';
import type { Holding } from '#domain/fixity/plan';
import type { Copy } from '#domain/recording';
import type { ScrubFault, ScrubFaultKind, ScrubOrders, ScrubsReader } from '#ports/ledger/scrubs';
import type { Rows } from '../connection.ts';
import { toCopy } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Reads what the scrub stands on. It is the station's own work and tells of every recording. */
export class SqlScrubsReader implements ScrubsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async next(place: string, nowMs: number): Promise<Copy | null> {
    const [row] = (await this.#due(place, nowMs, '>').execute()).concat(await this.#due(place, nowMs, '<=').execute());
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

  async holding(place: string): Promise<Holding> {
    const [row] = await this.#originals(place)
      .select(({ fn }) => [fn.countAll<number>().as('items'), fn.coalesce(fn.sum<number>('copies.bytes'), sql<number>`0`).as('bytes')])
      .execute();
    return { items: Number(row?.items ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  async checkedBefore(place: string, ms: number): Promise<{ items: number; oldestMs: number | null }> {
    const [row] = await this.#originals(place)
      .where('copies.verified_at', '<', ms)
      .select(({ fn }) => [fn.countAll<number>().as('items'), fn.min<number | null>('copies.verified_at').as('oldest')])
      .execute();
    const oldest = row?.oldest ?? null;
    return { items: Number(row?.items ?? 0), oldestMs: oldest === null ? null : Number(oldest) };
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
