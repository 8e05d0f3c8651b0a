import { type Kysely, sql } from 'kysely';
import type { Docking, Refusal } from '#domain/docking';
import type { Scope } from '#domain/scope';
import type { DockingProgress, DockingsReader } from '#ports/ledger/dockings';
import type { Rows } from '../connection.ts';
import { DOCKING_OPEN } from '../migrations.ts';
import { toDocking, toRefusal } from '../rows.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import type { Tables } from '../tables.ts';

const LIST_MAX = 100_000;

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

  async list(options: {
    openOnly?: boolean;
    recorder?: string;
    told?: string;
    after?: string;
    limit: number;
  }): Promise<readonly Docking[]> {
    let query = this.#db.selectFrom('dockings').selectAll().orderBy('id', 'desc').limit(options.limit);
    if (options.recorder !== undefined) query = query.where('recorder_serial', '=', options.recorder);
    if (options.told !== undefined) query = query.where('told_serial', '=', options.told);
    if (options.after !== undefined) query = query.where('id', '<', options.after);
    if (options.openOnly) query = query.where(sql<boolean>`${sql.raw(DOCKING_OPEN)}`);
    return (await this.#sight.narrow(query, 'oneOfDockings', 'dockings.id').execute()).map(toDocking);
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
