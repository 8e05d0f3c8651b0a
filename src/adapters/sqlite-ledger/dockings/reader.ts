import { type Kysely, sql } from 'kysely';
import type { Docking, Refusal } from '#domain/docking';
import type { Scope } from '#domain/scope';
import type { DockingFilter, DockingProgress, DockingSpan, DockingsReader, DockingTally } from '#ports/ledger/dockings';
import type { Rows } from '../connection.ts';
import { DOCKING_OPEN } from '../migrations.ts';
import { toDocking, toRefusal } from '../rows.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import type { Tables } from '../tables.ts';

const LIST_MAX = 100_000;
const FAILED = sql`(state IN ('problem', 'interrupted') OR (state = 'removed' AND safe_at IS NULL))`;
const SAFE = sql`(state = 'safe' OR (state = 'removed' AND safe_at IS NOT NULL))`;
/** PostgreSQL sums whole numbers to texts, so every figure is made a number again (`tallyOf`). */
const TALLIED = sql`count(*) AS dockings, sum(CASE WHEN state = 'reading' THEN 1 ELSE 0 END) AS reading,
  sum(CASE WHEN ${SAFE} THEN 1 ELSE 0 END) AS safe, sum(CASE WHEN ${FAILED} THEN 1 ELSE 0 END) AS failed,
  sum(files_refused) AS files_refused, sum(files_listed) AS files_listed, sum(bytes_listed) AS bytes_listed`;

type TallyRow = Readonly<
  Record<'dockings' | 'reading' | 'safe' | 'failed' | 'files_refused' | 'files_listed' | 'bytes_listed', number | string | null>
>;

function tallyOf(row: TallyRow | undefined): DockingTally {
  const of = (name: keyof TallyRow) => Number(row?.[name] ?? 0);
  return {
    ...{ dockings: of('dockings'), reading: of('reading'), safe: of('safe'), failed: of('failed') },
    ...{ filesRefused: of('files_refused'), filesListed: of('files_listed'), bytesListed: of('bytes_listed') },
  };
}

/** Reads dockings and slots, over one connection. */
export class SqlDockingsReader implements DockingsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #sight: Sight;

  constructor({ db, tables, dialect }: Rows, scope: Scope = 'all') {
    this.#sight = new Sight(scope, dialect);
    this.#db = db;
    this.#tables = tables;
  }

  async get(id: string): Promise<Docking | null> {
    const [row] = this.#sight.isAll ? await this.#tables.select('dockings', { id }) : [await this.#seen(id)];
    return row ? toDocking(row) : null;
  }

  #seen(id: string) {
    const found = this.#db.selectFrom('dockings').selectAll().where('id', '=', id);
    return this.#sight.narrow(found, 'docking', 'dockings.id').executeTakeFirst();
  }

  async list(filter: DockingFilter): Promise<readonly Docking[]> {
    const { recorder, told, after, slot, state, sinceMs, untilMs, officer } = filter;
    let query = this.#db.selectFrom('dockings').selectAll().orderBy('id', 'desc').limit(filter.limit);
    if (recorder !== undefined) query = query.where('recorder_serial', '=', recorder);
    if (told !== undefined) query = query.where('told_serial', '=', told);
    if (after !== undefined) query = query.where('id', '<', after);
    if (slot !== undefined) query = query.where('slot', '=', slot);
    if (state !== undefined) query = query.where('state', '=', state);
    if (sinceMs !== undefined) query = query.where('arrived_at', '>=', sinceMs);
    if (untilMs !== undefined) query = query.where('arrived_at', '<', untilMs);
    if (filter.openOnly) query = query.where(sql<boolean>`${sql.raw(DOCKING_OPEN)}`);
    if (filter.problems) query = query.where(sql<boolean>`(${FAILED} OR files_refused > 0)`);
    // Whoever does not see the officer's footage must not learn by this in which dockings it came.
    if (officer !== undefined)
      query = query.where(sql<boolean>`EXISTS (SELECT 1 FROM originals AS listed JOIN recordings AS rec ON rec.id = listed.recording_id
        WHERE listed.docking_id = dockings.id AND rec.officer_id = ${officer} AND ${this.#sight.row('rec')})`);
    return (await this.#sight.narrow(query, 'oneOfDockings', 'dockings.id').execute()).map(toDocking);
  }

  async tally(span: DockingSpan): Promise<DockingTally> {
    const { rows } = await sql<TallyRow>`SELECT ${TALLIED} FROM dockings WHERE ${this.#within(span)}`.execute(this.#db);
    return tallyOf(rows[0]);
  }

  async talliesByRecorder({ limit, ...span }: DockingSpan & { readonly limit: number }) {
    const { rows } = await sql<TallyRow & { recorder_serial: string }>`SELECT recorder_serial, ${TALLIED} FROM dockings
      WHERE ${this.#within(span)} GROUP BY recorder_serial ORDER BY failed DESC, files_refused DESC, recorder_serial LIMIT ${limit}`.execute(
      this.#db,
    );
    return rows.map((row) => ({ recorder: row.recorder_serial, ...tallyOf(row) }));
  }

  #within({ sinceMs, untilMs }: DockingSpan) {
    return sql`arrived_at >= ${sinceMs} AND arrived_at < ${untilMs} AND ${this.#sight.oneOfDockings('dockings.id')}`;
  }

  async refusals(dockingId: string, { skip, limit } = { skip: 0, limit: LIST_MAX }): Promise<readonly Refusal[]> {
    const found = this.#db.selectFrom('refusals').selectAll().where('docking_id', '=', dockingId).orderBy('n');
    const rows = await this.#sight.narrow(found.limit(limit).offset(skip), 'docking', 'refusals.docking_id').execute();
    return rows.map(toRefusal);
  }

  async progress(dockingId: string): Promise<DockingProgress> {
    const found = this.#db
      .selectFrom('originals')
      .select(['state', sql<number>`count(*)`.as('files'), sql<number>`sum(bytes)`.as('bytes')])
      .where('docking_id', '=', dockingId)
      .groupBy('state');
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    const closed = this.#db
      .selectFrom('originals')
      .select([sql<number>`count(*)`.as('files'), sql<number>`coalesce(sum(bytes), 0)`.as('bytes')])
      .where('docking_id', '=', dockingId)
      .where(sql<boolean>`replaced_by IS NOT NULL`);
    const replaced = await this.#sight.narrow(closed, 'recording', 'originals.recording_id').executeTakeFirstOrThrow();
    const of = (state: string) => {
      const { files, bytes } = rows.find((row) => row.state === state) ?? { files: 0, bytes: 0 };
      // Replaced originals stay `listed`, but nobody waits for them, so they are not counted.
      return state === 'listed' ? { files: files - replaced.files, bytes: bytes - replaced.bytes } : { files, bytes };
    };
    return {
      listed: of('listed').files,
      copied: of('copied').files,
      sealed: of('sealed').files,
      bytes: of('listed').bytes + of('copied').bytes + of('sealed').bytes,
      listedBytes: of('listed').bytes,
      sealedBytes: of('sealed').bytes,
    };
  }

  async slotOf(port: string): Promise<number | null> {
    return (await this.#db.selectFrom('slots').select('slot').where('port', '=', port).executeTakeFirst())?.slot ?? null;
  }

  async slots(): Promise<readonly { slot: number; port: string }[]> {
    return this.#db.selectFrom('slots').selectAll().orderBy('slot').limit(LIST_MAX).execute();
  }
}
