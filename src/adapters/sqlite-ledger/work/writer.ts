import type { Kysely, Updateable } from 'kysely';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { type Claim, isDue, type Work, type Worker, type WorkFailure, type WorkStage } from '#domain/work';
import type { Clock } from '#ports/clock';
import type { NewWork, WorkWriter } from '#ports/ledger/work';
import type { Rows } from '../connection.ts';
import { toWork } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import type { HeldRow } from './leases.ts';

/** When the leases of running work end, by the ledger's own monotonic clock. A claim that is not known there has ended. */
export interface LeaseBook {
  hold(row: HeldRow, leaseMs: number): void | Promise<void>;
  isHeld(row: HeldRow): boolean | Promise<boolean>;
}

/** The clocks by which the ledger decides who holds what, and until when. */
export interface WorkTimes {
  readonly clock: Clock;
  readonly leases: LeaseBook;
}

/** Work in one transaction: adding it, claiming it, and everything that only the holder of the newest claim may do. */
export class SqlWorkWriter implements WorkWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #leases: LeaseBook;

  constructor({ db, tables }: Rows, { clock, leases }: WorkTimes) {
    this.#db = db;
    this.#tables = tables;
    this.#clock = clock;
    this.#leases = leases;
  }

  async insert(work: NewWork): Promise<void> {
    await this.#tables.insert('work', newRow(work), 'ON CONFLICT (id) DO NOTHING');
  }

  async reopen(work: NewWork): Promise<void> {
    await this.insert(work);
    await this.#db
      .updateTable('work')
      .set({
        state: 'waiting',
        attempts: 0,
        due_at: work.dueAtMs,
        priority: work.priority,
        error_code: null,
        error_detail: null,
        percent: 0,
        updated_at: work.nowMs,
      })
      .where('id', '=', work.id)
      .where('state', 'in', ['done', 'failed'])
      .execute();
  }

  async claim(id: string, { host, instance }: Worker, leaseMs: number): Promise<Claim | null> {
    const row = await this.#db.selectFrom('work').selectAll().where('id', '=', id).executeTakeFirst();
    const nowMs = this.#clock.nowMs();
    const isFree = row?.state === 'waiting' ? isDue(row.due_at, nowMs) : row?.state === 'running' && !(await this.#leases.isHeld(row));
    if (!row || !isFree) return null;
    const token = row.token + 1;
    const attempts = row.attempts + 1;
    await this.#set(id, { state: 'running', token, host, owner: instance, lease_ms: leaseMs, attempts, percent: 0, updated_at: nowMs });
    await this.#leases.hold({ id, token }, leaseMs);
    return { workId: id, stage: row.stage as WorkStage, recordingId: row.recording_id, token, host };
  }

  async requireClaim(claim: Claim): Promise<void> {
    await this.#claimed(claim);
  }

  async #claimed({ workId, token }: Claim): Promise<Work> {
    const row = await this.#db.selectFrom('work').selectAll().where('id', '=', workId).executeTakeFirst();
    if (row?.state === 'running' && row.token === token) return toWork(row);
    throw new EvidockError(
      'work.lease-lost',
      row
        ? because('claim-old', { work: workId, token, state: row.state, current: row.token })
        : because('claim-unknown', { work: workId, token }),
    );
  }

  async renew(claim: Claim, { leaseMs, percent }: { leaseMs: number; percent: number }): Promise<void> {
    await this.#claimed(claim);
    const shown = Math.round(Math.min(100, Math.max(0, percent)));
    await this.#set(claim.workId, { lease_ms: leaseMs, percent: shown, updated_at: this.#clock.nowMs() });
    await this.#leases.hold({ id: claim.workId, token: claim.token }, leaseMs);
  }

  async finish(claim: Claim): Promise<void> {
    await this.#endRun(claim, () => ({ state: 'done', percent: 100, error_code: null, error_detail: null }));
  }

  async postpone(claim: Claim, { delayMs, priority }: { delayMs: number; priority?: number }): Promise<void> {
    await this.#endRun(claim, ({ attempts }, nowMs) => ({
      ...{ state: 'waiting', due_at: nowMs + delayMs, attempts: Math.max(0, attempts - 1) },
      ...(priority === undefined ? {} : { priority }),
    }));
  }

  async fail(claim: Claim, { code, reason, retryInMs }: WorkFailure): Promise<void> {
    await this.#endRun(claim, (_, nowMs) => ({
      ...(retryInMs === null ? { state: 'failed' } : { state: 'waiting', due_at: nowMs + retryInMs }),
      ...{ error_code: code, error_detail: JSON.stringify(reason) },
    }));
  }

  /** Ends a run. Every end goes through here, and only for the holder of the newest claim. */
  async #endRun(claim: Claim, fields: (work: Work, nowMs: number) => Updateable<Schema['work']>): Promise<void> {
    const work = await this.#claimed(claim);
    const nowMs = this.#clock.nowMs();
    await this.#set(claim.workId, { ...fields(work, nowMs), updated_at: nowMs, owner: null, host: null, lease_ms: null });
  }

  async #set(id: string, fields: Updateable<Schema['work']>): Promise<void> {
    await this.#db.updateTable('work').set(fields).where('id', '=', id).execute();
  }

  /** Makes the claims that `from` selects void: their work waits, due now. Returns how many. */
  async endClaims(from: { readonly host: string } | 'lapsed'): Promise<number> {
    let running = this.#db.selectFrom('work').select(['id', 'token']).where('state', '=', 'running');
    if (from !== 'lapsed') running = running.where((is) => is.or([is('host', '=', from.host), is('host', 'is', null)]));
    const rows = await running.execute();
    let ended = 0;
    for (const row of rows) {
      if (from === 'lapsed' && (await this.#leases.isHeld(row))) continue;
      await this.#set(row.id, this.#waitsAgain());
      ended += 1;
    }
    return ended;
  }

  async giveBack(host: string, except?: string): Promise<number> {
    let running = this.#db.selectFrom('work').select(['id']).where('state', '=', 'running').where('host', '=', host);
    if (except !== undefined) running = running.where('owner', '!=', except);
    const rows = await running.execute();
    for (const { id } of rows) await this.#set(id, this.#waitsAgain());
    return rows.length;
  }

  #waitsAgain(): Updateable<Schema['work']> {
    const nowMs = this.#clock.nowMs();
    return { state: 'waiting', owner: null, host: null, lease_ms: null, due_at: nowMs, updated_at: nowMs };
  }

  async retryFailed(filter: { stage?: WorkStage; recordingId?: string }, nowMs: number): Promise<number> {
    // Waiting work that backs off becomes due too, because the operator has just mended the cause.
    let query = this.#db
      .updateTable('work')
      .set({ state: 'waiting', attempts: 0, due_at: nowMs, updated_at: nowMs })
      .where('state', 'in', ['failed', 'waiting'])
      .where('error_code', 'is not', null);
    if (filter.stage) query = query.where('stage', '=', filter.stage);
    if (filter.recordingId) query = query.where('recording_id', '=', filter.recordingId);
    return Number((await query.executeTakeFirst()).numUpdatedRows);
  }
}

function newRow(work: NewWork) {
  return {
    id: work.id,
    stage: work.stage,
    recording_id: work.recordingId,
    state: 'waiting',
    priority: work.priority,
    attempts: 0,
    due_at: work.dueAtMs,
    percent: 0,
    token: 0,
    created_at: work.nowMs,
    updated_at: work.nowMs,
  };
}
