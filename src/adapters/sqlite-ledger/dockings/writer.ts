import type { Kysely, Updateable } from 'kysely';
import type { Refusal } from '#domain/docking';
import { DockingStatus } from '#domain/docking-status';
import { because } from '#domain/reason';
import type { DockingsWriter, NewDocking } from '#ports/ledger/dockings';
import type { Rows } from '../connection.ts';
import { mustExist, named } from '../patches.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

type DockingPatch = Parameters<DockingsWriter['update']>[1];

/** Writes dockings and slots, inside one transaction. */
export class SqlDockingsWriter implements DockingsWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;

  constructor({ db, tables }: Rows) {
    this.#db = db;
    this.#tables = tables;
  }

  async insert(docking: NewDocking): Promise<void> {
    await this.#tables.insert('dockings', {
      id: docking.id,
      slot: docking.slot,
      port: docking.port,
      recorder_serial: docking.recorderSerial,
      vendor_id: docking.vendorId,
      product_id: docking.productId,
      told_serial: docking.toldSerial,
      driver_id: docking.driverId,
      driver_score: docking.driverScore,
      driver_why: JSON.stringify(docking.driverWhy),
      clock_offset_ms: docking.clockOffsetMs,
      battery_percent: docking.batteryPercent,
      state: 'reading',
      arrived_at: docking.arrivedAtMs,
      files_listed: 0,
      files_known: 0,
      files_refused: 0,
      bytes_listed: 0,
    });
  }

  async update(id: string, patch: DockingPatch): Promise<void> {
    const changes = named<Updateable<Schema['dockings']>>({
      listed_at: patch.listedAtMs,
      unchanged_at: patch.unchangedAtMs,
      files_listed: patch.filesListed,
      files_known: patch.filesKnown,
      files_refused: patch.filesRefused,
      bytes_listed: patch.bytesListed,
      files_to_recheck: patch.filesToRecheck,
      files_rechecked: patch.filesRechecked,
      clock_offset_ms: patch.clockOffsetMs,
    });
    if (Object.keys(changes).length === 0) return;
    mustExist(await this.#tables.update('dockings', changes, { id }), because('no-docking', { id }));
  }

  async setStatus(id: string, status: DockingStatus, atMs: number): Promise<void> {
    const { state, problem } = DockingStatus.mustBe(status).recorded;
    const told = { problem_code: problem?.code ?? null, problem_detail: problem && JSON.stringify(problem.reason) };
    const changes: Readonly<Record<typeof state, Updateable<Schema['dockings']>>> = {
      reading: { ...told, safe_at: null },
      problem: { ...told, safe_at: null },
      safe: { ...told, safe_at: atMs },
      removed: { ...told, removed_at: atMs },
      interrupted: {},
    };
    mustExist(await this.#tables.update('dockings', { state, ...changes[state] }, { id }), because('no-docking', { id }));
  }

  async insertRefusal(refusal: Refusal): Promise<void> {
    const row = {
      docking_id: refusal.dockingId,
      card_path: refusal.cardPath,
      code: refusal.code,
      detail: JSON.stringify(refusal.reason),
      at: refusal.atMs,
    };
    await this.#tables.insert('refusals', row);
  }

  async assignSlot(port: string, slot: number): Promise<void> {
    await this.#db.insertInto('slots').values({ port, slot }).execute();
  }

  async releaseSlot(port: string): Promise<void> {
    await this.#db.deleteFrom('slots').where('port', '=', port).execute();
  }
}
