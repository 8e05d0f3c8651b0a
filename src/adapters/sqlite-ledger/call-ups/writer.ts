import type { Grant } from '#domain/call-up/grant';
import type { Delivery, Notice } from '#domain/call-up/notice';
import type { CallUpRequest } from '#domain/call-up/request';
import { because, type Reason } from '#domain/reason';
import type { CallUpsWriter } from '#ports/ledger/call-ups';
import type { Rows } from '../connection.ts';
import { mustExist } from '../patches.ts';
import type { Tables } from '../tables.ts';
import { targetRow, whatHappened } from './rows.ts';

/** Writes requests for call-up, grants and notices, inside one transaction. */
export class SqlCallUpsWriter implements CallUpsWriter {
  readonly #tables: Tables;

  constructor({ tables }: Rows) {
    this.#tables = tables;
  }

  async insertRequest(request: CallUpRequest): Promise<void> {
    const { id, asker, target, later, actions, purpose, words, urgent, askedAtMs, untilMs, policy, approvers, units } = request;
    const { state, decision, confirmation, grant } = request;
    await this.#tables.insert('call_up_requests', {
      ...{ id, asker: asker.id, asker_unit: asker.unit, asker_roles: JSON.stringify(asker.roles), ...targetRow(target) },
      ...{ later: Number(later), actions: JSON.stringify(actions), purpose, words, urgent: Number(urgent) },
      ...{ asked_at: askedAtMs, until_at: untilMs, policy, approvers: JSON.stringify(approvers), units: JSON.stringify(units), state },
      ...whatHappened({ decision, confirmation, grant }),
    });
  }

  async updateRequest(id: string, patch: Parameters<CallUpsWriter['updateRequest']>[1]): Promise<void> {
    const fields = whatHappened(patch);
    if (Object.keys(fields).length > 0)
      mustExist(await this.#tables.update('call_up_requests', fields, { id }), because('no-call-up', { id }));
  }

  async markUnconfirmed(id: string): Promise<void> {
    mustExist(await this.#tables.update('call_up_requests', { told_unconfirmed: 1 }, { id }), because('no-call-up', { id }));
  }

  async insertGrant(grant: Grant, listed: readonly string[]): Promise<void> {
    const { id, request, user, actions, target, later, closings, fromMs, untilMs, endedAtMs, whyEnded, endedBy, rule, policy, approver } =
      grant;
    const units = grant.units === null ? null : JSON.stringify(grant.units);
    await this.#tables.insert('call_up_grants', {
      ...{ id, request_id: request, user_id: user.id, user_unit: user.unit, user_roles: JSON.stringify(user.roles), ...targetRow(target) },
      ...{ actions: JSON.stringify(actions), later: Number(later), closings, from_at: fromMs, until_at: untilMs },
      ...{ ended_at: endedAtMs, why_ended: whyEnded, ended_by: endedBy, rule, policy, approver, level: grant.level, units },
    });
    for (const recording of listed) await this.#tables.insert('grant_recordings', { grant_id: id, recording_id: recording });
  }

  async endGrant(id: string, { endedAtMs, whyEnded, endedBy }: Parameters<CallUpsWriter['endGrant']>[1]): Promise<void> {
    const fields = { ended_at: endedAtMs, why_ended: whyEnded, ended_by: endedBy };
    mustExist(await this.#tables.update('call_up_grants', fields, { id, ended_at: null }), because('no-grant', { id }));
  }

  async noteTime(atMs: number): Promise<void> {
    const later = 'ON CONFLICT (one) DO UPDATE SET at = excluded.at WHERE excluded.at > latest_time.at';
    await this.#tables.insert('latest_time', { one: 1, at: atMs }, later);
  }

  async restartTime(atMs: number): Promise<void> {
    await this.#tables.upsert('latest_time', { one: 1, at: atMs }, ['one']);
  }

  async insertNotice({ id, user, kind, request, atMs, readAtMs }: Notice, ways: readonly Delivery['way'][]): Promise<void> {
    await this.#tables.insert('notices', { id, user_id: user, kind, request_id: request, at: atMs, read_at: readAtMs });
    for (const way of ways)
      await this.#tables.insert('notice_deliveries', { notice_id: id, way, state: 'waiting', attempts: 0, due_at: atMs, reason: null });
  }

  async markRead(id: string, atMs: number): Promise<void> {
    mustExist(await this.#tables.update('notices', { read_at: atMs }, { id }), because('no-notice', { id }));
  }

  async updateDelivery({ notice, way, state, attempts, dueAtMs }: Delivery, why: Reason | null): Promise<void> {
    const fields = { state, attempts, due_at: dueAtMs, reason: why === null ? null : JSON.stringify(why) };
    mustExist(await this.#tables.update('notice_deliveries', fields, { notice_id: notice, way }), because('no-notice', { id: notice }));
  }
}
