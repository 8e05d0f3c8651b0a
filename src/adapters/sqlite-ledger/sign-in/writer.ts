import type { Kysely } from 'kysely';
import { STEPS_KEPT } from '#domain/sign-in/credentials';
import type { Session } from '#domain/sign-in/session';
import type { Tries } from '#domain/sign-in/tries';
import type { SignInWriter } from '#ports/ledger/sign-in';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Writes credentials, sessions and failed tries, inside one transaction. */
export class SqlSignInWriter implements SignInWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async setPassword(user: string, phc: string | null, atMs: number): Promise<void> {
    await this.#tables.upsert('credentials', { user, password: phc, password_set_at: phc === null ? null : atMs }, ['user']);
  }

  async replaceHash(user: string, oldPhc: string, phc: string): Promise<void> {
    await this.#tables.update('credentials', { password: phc }, { user, password: oldPhc });
  }

  async setTotp(user: string, totp: { secret: string; atMs: number } | null): Promise<void> {
    const row = { totp_secret: totp?.secret ?? null, totp_set_at: totp?.atMs ?? null, totp_steps: '[]' };
    await this.#tables.upsert('credentials', { user, ...row }, ['user']);
    if (totp === null) await this.#db.deleteFrom('recovery_codes').where('user', '=', user).execute();
  }

  async useStep(user: string, step: number): Promise<boolean> {
    const [row] = await this.#tables.select('credentials', { user });
    if (!row || row.totp_secret === null) return false;
    const used = JSON.parse(row.totp_steps) as number[];
    if (used.includes(step)) return false;
    await this.#tables.update('credentials', { totp_steps: JSON.stringify([...used, step].slice(-STEPS_KEPT)) }, { user });
    return true;
  }

  async setRecoveryCodes(user: string, codesSha256: readonly string[], atMs: number): Promise<void> {
    await this.#db.deleteFrom('recovery_codes').where('user', '=', user).execute();
    for (const sha256 of codesSha256) await this.#tables.insert('recovery_codes', { user, sha256, made_at: atMs, used_at: null });
  }

  async useRecoveryCode(user: string, codeSha256: string, atMs: number): Promise<boolean> {
    return (await this.#tables.update('recovery_codes', { used_at: atMs }, { user, sha256: codeSha256, used_at: null })) === 1;
  }

  async insertSession(session: Session): Promise<void> {
    await this.#tables.insert('sessions', {
      ...{ id: session.id, user: session.user, token_sha256: session.tokenSha256, method: session.method },
      ...{ roles: JSON.stringify(session.roles), address: session.address, agent: session.agent },
      ...{ began_at: session.beganAtMs, used_at: session.usedAtMs, age_ms: session.ageMs },
    });
  }

  async noteSessionUse(id: string, { usedAtMs, ageMs }: Pick<Session, 'usedAtMs' | 'ageMs'>): Promise<void> {
    await this.#tables.update('sessions', { used_at: usedAtMs, age_ms: ageMs }, { id });
  }

  async removeSession(id: string): Promise<boolean> {
    const removed = await this.#db.deleteFrom('sessions').where('id', '=', id).executeTakeFirst();
    return removed.numDeletedRows > 0n;
  }

  async putTries(tries: readonly Tries[]): Promise<void> {
    for (const { by, key, failures, failedAtMs } of tries) {
      if (failures > 0) await this.#tables.upsert('sign_in_tries', { by, key, failures, failed_at: failedAtMs }, ['by', 'key']);
      else await this.#db.deleteFrom('sign_in_tries').where('by', '=', by).where('key', '=', key).execute();
    }
  }
}
