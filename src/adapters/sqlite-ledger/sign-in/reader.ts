import type { Kysely } from 'kysely';
import type { Credentials } from '#domain/sign-in/credentials';
import type { Session } from '#domain/sign-in/session';
import type { Tries } from '#domain/sign-in/tries';
import type { SessionFilter, SignInReader } from '#ports/ledger/sign-in';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Reads credentials, sessions and failed tries, over one connection. */
export class SqlSignInReader implements SignInReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async credentials(user: string): Promise<Credentials | null> {
    const [row] = await this.#tables.select('credentials', { user });
    if (!row) return null;
    const unused = this.#db.selectFrom('recovery_codes').select(({ fn }) => fn.countAll().as('n'));
    const left = await unused.where('user', '=', user).where('used_at', 'is', null).executeTakeFirst();
    const { password, password_set_at: passwordSetAtMs, totp_secret: secret, totp_set_at: setAtMs } = row;
    const usedSteps = JSON.parse(row.totp_steps) as number[];
    const totp = secret === null || setAtMs === null ? null : { secret, setAtMs, usedSteps };
    return { user, password, passwordSetAtMs, totp, codesLeft: Number(left?.n ?? 0) };
  }

  async session(id: string): Promise<Session | null> {
    const [row] = await this.#tables.select('sessions', { id });
    return row ? toSession(row) : null;
  }

  async sessionByToken(tokenSha256: string): Promise<Session | null> {
    const [row] = await this.#tables.select('sessions', { token_sha256: tokenSha256 });
    return row ? toSession(row) : null;
  }

  async sessions({ user, after, limit }: SessionFilter): Promise<readonly Session[]> {
    let query = this.#db.selectFrom('sessions').selectAll().orderBy('id').limit(limit);
    if (user !== undefined) query = query.where('user', '=', user);
    if (after !== undefined) query = query.where('id', '>', after);
    return (await query.execute()).map(toSession);
  }

  async tries(limit: number): Promise<readonly Tries[]> {
    const rows = await this.#db.selectFrom('sign_in_tries').selectAll().orderBy('failed_at', 'desc').limit(limit).execute();
    return rows.map(({ by, key, failures, failed_at: failedAtMs }) => ({ by: by as Tries['by'], key, failures, failedAtMs }));
  }
}

function toSession(row: Schema['sessions']): Session {
  return {
    ...{ id: row.id, user: row.user, tokenSha256: row.token_sha256, address: row.address, agent: row.agent },
    method: row.method as Session['method'],
    roles: JSON.parse(row.roles) as Session['roles'],
    ...{ beganAtMs: row.began_at, usedAtMs: row.used_at, ageMs: row.age_ms },
  };
}
