import { type Kysely, sql } from 'kysely';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { WaitedFor } from '#domain/retention/until';
import type { CountedAt, KeptDryRun, NewTerm, RetentionWriter } from '#ports/ledger/retention';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import { fromTerm } from './rows.ts';

/** Writes schedules, their dry runs, terms and corrections, inside one transaction. */
export class SqlRetentionWriter implements RetentionWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async propose({ text, sha256, proposedBy, proposedPerson, proposedAtMs }: Parameters<RetentionWriter['propose']>[0]): Promise<number> {
    const version = await this.#next('retention_schedules', 'version');
    const by = { proposed_by: JSON.stringify(proposedBy), proposed_person: proposedPerson, proposed_at: proposedAtMs };
    await this.#tables.insert('retention_schedules', { version, state: 'proposed', text, sha256, ...by });
    return version;
  }

  async #next(table: string, column: string): Promise<number> {
    const last = await sql<{ n: number | null }>`SELECT max(${sql.ref(column)}) AS n FROM ${sql.table(table)}`.execute(this.#db);
    return (last.rows[0]?.n ?? 0) + 1;
  }

  async decide(version: number, { from, state, by, atMs, inForceAtMs, turn }: Parameters<RetentionWriter['decide']>[1]): Promise<void> {
    const schedules = () => this.#db.updateTable('retention_schedules');
    if (state === 'in-force') await schedules().set({ state: 'former' }).where('state', '=', 'in-force').execute();
    const decided = state === 'in-force' ? {} : { decided_by: JSON.stringify(by), decided_at: atMs };
    const changed = await schedules()
      .set({ state, ...decided })
      .$if(inForceAtMs !== undefined, (query) => query.set({ in_force_at: inForceAtMs ?? null }))
      .$if(turn !== undefined, (query) => query.set({ turn: turn ?? null }))
      .where('version', '=', version)
      .where('state', 'in', from)
      .executeTakeFirst();
    if (Number(changed.numUpdatedRows) !== 1) throw new EvidockError('request.conflict', because('schedule-decided', { version }));
  }

  async keepDryRun({ version, digest, against, by, atMs, result }: KeptDryRun): Promise<void> {
    await this.#tables.upsert('retention_dry_runs', { version, digest, against, by: JSON.stringify(by), at: atMs, result }, ['version']);
  }

  async putTerm(term: NewTerm, at: CountedAt): Promise<void> {
    const { recordingId } = term;
    await this.#tables.upsert('retention_terms', fromTerm(term, at), ['recording_id']);
    await this.#db.deleteFrom('retention_waits').where('recording_id', '=', recordingId).execute();
    const numbers = new Set(term.bases.flatMap(({ cases }) => cases.map(({ number }) => number)));
    for (const number of numbers) await this.#tables.insert('retention_waits', { case_number: number, recording_id: recordingId });
  }

  async markCounted(recordingIds: readonly string[], { turn, seq }: CountedAt): Promise<void> {
    const ids = this.#dialect.among(recordingIds);
    await this.#db.deleteFrom('retention_stale').where('recording_id', 'in', ids).execute();
    await this.#db.updateTable('retention_terms').set({ turn, counted_seq: seq }).where('recording_id', 'in', ids).execute();
  }

  async recountAll(): Promise<void> {
    await sql`INSERT INTO retention_stale SELECT id FROM recordings WHERE true ON CONFLICT DO NOTHING`.execute(this.#db);
  }

  async recountWaiting(waitsFor: WaitedFor): Promise<void> {
    await sql`INSERT INTO retention_stale SELECT recording_id FROM retention_terms
      WHERE earned_kind = 'waiting' AND waits_for = ${waitsFor} ON CONFLICT DO NOTHING`.execute(this.#db);
  }

  async proposeCorrection(made: Parameters<RetentionWriter['proposeCorrection']>[0]): Promise<number> {
    const number = await this.#next('retention_corrections', 'number');
    await this.#tables.insert('retention_corrections', {
      ...{ number, recording_id: made.recordingId, state: 'proposed', reason: made.reason, proposed_by: JSON.stringify(made.proposedBy) },
      ...{ proposed_person: made.proposedPerson, proposed_at: made.proposedAtMs },
    });
    return number;
  }

  async decideCorrection(number: number, { state, by, atMs }: Parameters<RetentionWriter['decideCorrection']>[1]): Promise<void> {
    const decided = { state, decided_by: JSON.stringify(by), decided_at: atMs };
    const changed = await this.#tables.update('retention_corrections', decided, { number, state: 'proposed' });
    if (changed !== 1) throw new EvidockError('request.conflict', because('correction-decided', { number }));
  }
}
