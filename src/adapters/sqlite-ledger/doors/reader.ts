import type { Kysely } from 'kysely';
import { type ApiToken, TOKENS_OF_OWNER_MAX } from '#domain/doors/api-token';
import type { Badge, Confirmation, Pin } from '#domain/doors/badge';
import type { Kiosk } from '#domain/doors/kiosk';
import type { DoorsReader } from '#ports/ledger/doors';
import type { Page } from '#ports/ledger/page';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import { toBadge, toConfirmation, toKiosk, toPin, toToken } from './rows.ts';

/** Reads tokens, kiosks, badges and PINs, over one connection. */
export class SqlDoorsReader implements DoorsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async token(id: string): Promise<ApiToken | null> {
    const [row] = await this.#tables.select('tokens', { id });
    return row ? toToken(row) : null;
  }

  async tokenBySecret(secretSha256: string): Promise<ApiToken | null> {
    const [row] = await this.#tables.select('tokens', { secret_sha256: secretSha256 });
    return row ? toToken(row) : null;
  }

  async tokens({ after, limit, owner }: Page & { owner?: string }): Promise<readonly ApiToken[]> {
    let query = this.#db.selectFrom('tokens').selectAll().orderBy('id').limit(limit);
    if (after !== undefined) query = query.where('id', '>', after);
    if (owner !== undefined) query = query.where('owner', '=', owner);
    return (await query.execute()).map(toToken);
  }

  async openTokens(owner: string): Promise<readonly ApiToken[]> {
    const open = 'ended_at IS NULL AND owner = ? ORDER BY id LIMIT ?';
    return (await this.#tables.where('tokens', open, [owner, TOKENS_OF_OWNER_MAX])).map(toToken);
  }

  async kiosk(id: string): Promise<Kiosk | null> {
    const [row] = await this.#tables.select('kiosks', { id });
    return row ? toKiosk(row) : null;
  }

  async kioskBySecret(secretSha256: string): Promise<Kiosk | null> {
    const [row] = await this.#tables.select('kiosks', { secret_sha256: secretSha256 });
    return row ? toKiosk(row) : null;
  }

  async kiosks({ after, limit }: Page): Promise<readonly Kiosk[]> {
    const query = this.#db.selectFrom('kiosks').selectAll().orderBy('id').limit(limit);
    return (await (after === undefined ? query : query.where('id', '>', after)).execute()).map(toKiosk);
  }

  async pin(user: string): Promise<Pin | null> {
    const [row] = await this.#tables.select('pins', { user });
    return row ? toPin(row) : null;
  }

  async badge(badgeSha256: string): Promise<Badge | null> {
    const [row] = await this.#tables.select('badges', { badge_sha256: badgeSha256 });
    return row ? toBadge(row) : null;
  }

  async badgeOf(user: string): Promise<Badge | null> {
    const [row] = await this.#tables.select('badges', { user });
    return row ? toBadge(row) : null;
  }

  async confirmations(user: string, dockings: readonly string[]): Promise<readonly Confirmation[]> {
    const query = this.#db.selectFrom('confirmations').selectAll().where('user', '=', user);
    return (await query.where('docking_id', 'in', this.#dialect.among(dockings)).orderBy('docking_id').execute()).map(toConfirmation);
  }
}
