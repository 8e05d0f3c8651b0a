import type { Kysely } from 'kysely';
import type { InvitedWorker } from '#domain/invitation';
import { because } from '#domain/reason';
import type { Holding, Officer, Recorder } from '#domain/registry';
import type { RegistryWriter } from '#ports/ledger/registry';
import type { Rows } from '../connection.ts';
import type { HoldWatch } from '../hold-watch.ts';
import { mustExist } from '../patches.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Writes officers, recorders and workers, inside one transaction. */
export class SqlRegistryWriter implements RegistryWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #holds: HoldWatch;

  constructor({ db, tables }: Rows, holds: HoldWatch) {
    this.#holds = holds;
    this.#db = db;
    this.#tables = tables;
  }

  async upsertOfficer(officer: Officer): Promise<void> {
    const [old] = await this.#tables.select('officers', { id: officer.id });
    if ((old?.unit ?? null) !== officer.unit) await this.#holds.beforeMove(officer.id, [old?.unit ?? null, officer.unit]);
    await this.#tables.upsert('officers', { id: officer.id, name: officer.name, unit: officer.unit }, ['id']);
  }

  async upsertRecorder(recorder: Recorder): Promise<void> {
    const row = {
      serial: recorder.serial,
      model: recorder.model,
      driver_id: recorder.driverId,
      assigned_officer_id: recorder.assignedOfficerId,
      first_seen_at: recorder.firstSeenAtMs,
      last_seen_at: recorder.lastSeenAtMs,
    };
    await this.#tables.upsert('recorders', row, ['serial']);
  }

  async assignRecorder(serial: string, officerId: string | null, atMs: number): Promise<void> {
    mustExist(await this.#tables.update('recorders', { assigned_officer_id: officerId }, { serial }), because('no-recorder', { serial }));
    await this.#db.insertInto('recorder_assignments').values({ serial, officer_id: officerId, at: atMs }).execute();
  }

  async upsertHolding({ id, serial, officerId, fromMs, toMs }: Holding): Promise<void> {
    const row = { serial, officer_id: officerId, from_at: fromMs, to_at: toMs };
    await this.#db
      .insertInto('recorder_holdings')
      .values({ id, ...row })
      .onConflict((on) => on.column('id').doUpdateSet(row))
      .execute();
  }

  async removeHolding(id: string): Promise<void> {
    await this.#db.deleteFrom('recorder_holdings').where('id', '=', id).execute();
  }

  async upsertWorker({ name, keySha256, invitedAtMs, revokedAtMs }: InvitedWorker): Promise<void> {
    const row = { name, key_sha256: keySha256, invited_at: invitedAtMs, revoked_at: revokedAtMs };
    await this.#tables.upsert('workers', row, ['name']);
  }
}
