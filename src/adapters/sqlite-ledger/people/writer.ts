import type { Kysely } from 'kysely';
import type { Unit } from '#domain/people/unit';
import type { Membership, SetUpLink, User } from '#domain/people/user';
import type { PeopleWriter } from '#ports/ledger/people';
import type { Rows } from '../connection.ts';
import type { HoldWatch } from '../hold-watch.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Writes users and units, inside one transaction. */
export class SqlPeopleWriter implements PeopleWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #holds: HoldWatch;

  constructor({ db, tables }: Rows, holds: HoldWatch) {
    this.#holds = holds;
    this.#db = db;
    this.#tables = tables;
  }

  async upsertUser({ id, account, name, officer, unit, roles, state, createdAtMs }: User): Promise<void> {
    const row = { account, name, officer, unit, roles: JSON.stringify(roles), state, created_at: createdAtMs };
    await this.#tables.upsert('users', { id, ...row }, ['id']);
  }

  async upsertUnit({ id, name, parent, createdAtMs, closedAtMs }: Unit): Promise<void> {
    await this.#tables.upsert('units', { id, name, parent, created_at: createdAtMs, closed_at: closedAtMs }, ['id']);
    this.#holds.unitPlaced(id);
  }

  async insertMembership({ user, unit, fromMs }: Omit<Membership, 'toMs'>): Promise<void> {
    await this.#db.insertInto('user_units').values({ user_id: user, unit_id: unit, at: fromMs }).execute();
  }

  async upsertSetUpLink({ user, tokenSha256, madeAtMs, endsAtMs }: SetUpLink): Promise<void> {
    const row = { user_id: user, token_sha256: tokenSha256, made_at: madeAtMs, ends_at: endsAtMs };
    await this.#tables.upsert('set_up_links', row, ['user_id']);
  }

  async removeSetUpLink(user: string): Promise<void> {
    await this.#db.deleteFrom('set_up_links').where('user_id', '=', user).execute();
  }
}
