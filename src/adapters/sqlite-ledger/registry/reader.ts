import type { Kysely } from 'kysely';
import type { InvitedWorker } from '#domain/invitation';
import type { Officer, Recorder } from '#domain/registry';
import type { Page } from '#ports/ledger/page';
import type { RegistryReader } from '#ports/ledger/registry';
import type { Rows } from '../connection.ts';
import { toRecorder, toWorker } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

const LIST_MAX = 100_000;

/** Looks at officers, recorders and workers, over one connection. */
export class SqlRegistryReader implements RegistryReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async officer(id: string): Promise<Officer | null> {
    return (await this.#db.selectFrom('officers').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  async officers({ after, limit }: Page = { limit: LIST_MAX }): Promise<readonly Officer[]> {
    const query = this.#db.selectFrom('officers').selectAll().orderBy('id').limit(limit);
    return (after === undefined ? query : query.where('id', '>', after)).execute();
  }

  async recorder(serial: string): Promise<Recorder | null> {
    const [row] = await this.#tables.select('recorders', { serial });
    return row ? toRecorder(row) : null;
  }

  async recorders({ after, limit }: Page = { limit: LIST_MAX }): Promise<readonly Recorder[]> {
    const query = this.#db.selectFrom('recorders').selectAll().orderBy('serial').limit(limit);
    return (await (after === undefined ? query : query.where('serial', '>', after)).execute()).map(toRecorder);
  }

  async workers(): Promise<readonly InvitedWorker[]> {
    return (await this.#db.selectFrom('workers').selectAll().orderBy('name').limit(LIST_MAX).execute()).map(toWorker);
  }

  async worker(name: string): Promise<InvitedWorker | null> {
    const row = await this.#db.selectFrom('workers').selectAll().where('name', '=', name).executeTakeFirst();
    return row ? toWorker(row) : null;
  }

  async workerByKey(keySha256: string): Promise<InvitedWorker | null> {
    const row = await this.#db.selectFrom('workers').selectAll().where('key_sha256', '=', keySha256).executeTakeFirst();
    return row ? toWorker(row) : null;
  }
}
