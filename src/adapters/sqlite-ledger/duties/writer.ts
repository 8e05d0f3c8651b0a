import type { Acknowledgement, DutyOwner, FoundDuty } from '#domain/duties/duty';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { DutiesWriter } from '#ports/ledger/duties';
import type { Rows } from '../connection.ts';
import { type DutyRow, newDutyRow } from './rows.ts';

/** Writes duties, inside one transaction. */
export class SqlDutiesWriter implements DutiesWriter {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  async open(id: string, found: FoundDuty, atMs: number): Promise<void> {
    await this.#rows.tables.insert('duties', newDutyRow(id, found, atMs));
  }

  handOver(id: string, { role, unit }: DutyOwner): Promise<void> {
    return this.#set(id, { owner_role: role, owner_unit: unit });
  }

  acknowledge(id: string, { by, atMs, untilMs, reason }: Acknowledgement): Promise<void> {
    return this.#set(id, { state: 'acknowledged', ack_by: by, ack_at: atMs, ack_until: untilMs, ack_reason: reason });
  }

  async noteTold(id: string, atMs: number): Promise<void> {
    await this.#rows.tables.insert('duty_tellings', { duty_id: id, at: atMs });
  }

  async putBack(id: string): Promise<void> {
    await this.#rows.tables.remove('duty_tellings', { duty_id: id });
    await this.#set(id, { state: 'open', ack_by: null, ack_at: null, ack_until: null, ack_reason: null });
  }

  end(id: string, atMs: number): Promise<void> {
    return this.#set(id, { state: 'done', done_at: atMs });
  }

  async #set(id: string, fields: Partial<DutyRow>): Promise<void> {
    if ((await this.#rows.tables.update('duties', fields, { id, done_at: null })) !== 1)
      throw new EvidockError('request.not-found', because('no-duty', { id }));
  }
}
