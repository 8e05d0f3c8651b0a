import { type Kysely, sql } from 'kysely';
import type { Actor } from '#domain/custody/actor';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { PoliciesWriter, PolicyVersion } from '#ports/ledger/policies';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';

/** Writes versions of the policy, inside one transaction. */
export class SqlPoliciesWriter implements PoliciesWriter {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Rows) {
    this.#db = db;
  }

  async propose(made: Omit<PolicyVersion, 'version' | 'state' | 'decidedBy' | 'decidedAtMs'>): Promise<number> {
    const { source, text, sha256, proposedBy, proposedPerson, proposedAtMs } = made;
    const last = await sql<{ version: number | null }>`SELECT max(version) AS version FROM policies`.execute(this.#db);
    const version = (last.rows[0]?.version ?? 0) + 1;
    const by = JSON.stringify(proposedBy);
    await this.#db
      .insertInto('policies')
      .values({
        version,
        state: 'proposed',
        source,
        text,
        sha256,
        proposed_by: by,
        proposed_person: proposedPerson,
        proposed_at: proposedAtMs,
      })
      .execute();
    return version;
  }

  async decide(
    version: number,
    { state, by, atMs }: { readonly state: 'in-force' | 'refused' | 'withdrawn'; readonly by: Actor; readonly atMs: number },
  ): Promise<void> {
    if (state === 'in-force') await this.#db.updateTable('policies').set({ state: 'former' }).where('state', '=', 'in-force').execute();
    const decided = { state, decided_by: JSON.stringify(by), decided_at: atMs };
    const changed = await this.#db
      .updateTable('policies')
      .set(decided)
      .where('version', '=', version)
      .where('state', '=', 'proposed')
      .executeTakeFirst();
    if (Number(changed.numUpdatedRows) !== 1) throw new EvidockError('request.conflict', because('policy-decided', { version }));
  }
}
