import type { Kysely } from 'kysely';
import type { ApiToken, TokenEnd } from '#domain/doors/api-token';
import type { Badge, Confirmation, Pin } from '#domain/doors/badge';
import type { Kiosk } from '#domain/doors/kiosk';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { DoorsWriter } from '#ports/ledger/doors';
import type { Rows } from '../connection.ts';
import { mustExist } from '../patches.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import { fromKiosk, fromToken } from './rows.ts';

/** Writes tokens, kiosks, badges and PINs, inside one transaction. */
export class SqlDoorsWriter implements DoorsWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async insertToken(token: ApiToken): Promise<void> {
    await this.#tables.insert('tokens', fromToken(token));
  }

  async noteTokenUse(id: string, atMs: number): Promise<void> {
    await this.#tables.update('tokens', { last_use_at: atMs }, { id });
  }

  async endToken(id: string, { atMs, why }: { atMs: number; why: TokenEnd }): Promise<void> {
    mustExist(
      await this.#tables.update('tokens', { ended_at: atMs, ended: why }, { id, ended_at: null }),
      because('no-token', { token: id }),
    );
  }

  async insertKiosk(kiosk: Kiosk): Promise<void> {
    await this.#tables.insert('kiosks', fromKiosk(kiosk));
  }

  async noteKioskSeen(id: string, atMs: number): Promise<void> {
    await this.#tables.update('kiosks', { last_seen_at: atMs }, { id });
  }

  async revokeKiosk(id: string, atMs: number): Promise<void> {
    mustExist(await this.#tables.update('kiosks', { revoked_at: atMs }, { id, revoked_at: null }), because('no-kiosk', { kiosk: id }));
  }

  async setPin({ user, hash, setAtMs }: Pin): Promise<void> {
    await this.#tables.upsert('pins', { user, hash, set_at: setAtMs }, ['user']);
  }

  async removePin(user: string): Promise<void> {
    await this.#db.deleteFrom('pins').where('user', '=', user).execute();
  }

  async assignBadge({ badgeSha256, ending, user, assignedAtMs }: Badge): Promise<void> {
    const [taken] = await this.#tables.select('badges', { badge_sha256: badgeSha256 });
    if (taken && taken.user !== user) throw new EvidockError('request.conflict', because('badge-taken', { ending }));
    await this.#tables.upsert('badges', { user, badge_sha256: badgeSha256, ending, assigned_at: assignedAtMs }, ['user']);
  }

  async removeBadge(user: string): Promise<void> {
    await this.#db.deleteFrom('badges').where('user', '=', user).execute();
  }

  async confirm({ docking, user, kiosk, atMs }: Confirmation): Promise<void> {
    await this.#tables.insert('confirmations', { docking_id: docking, user, kiosk, at: atMs });
  }
}
