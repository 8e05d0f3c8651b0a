import type { Deciding } from '#desk/access/policies';
import type { DeskDeps } from '#desk/deps';
import { DutyAcknowledged } from '#domain/custody/duty-entries';
import { subject } from '#domain/custody/subject';
import { acknowledgementFault, type Duty, PUT_OFF_DAYS_MAX } from '#domain/duties/duty';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** Throws request.not-found, also for a duty about footage that is not seen. */
export async function mustHaveDuty({ duties }: Pick<LedgerReader, 'duties'>, id: string): Promise<Duty> {
  const duty = await duties.get(id);
  if (!duty) throw new EvidockError('request.not-found', because('no-duty', { id }));
  return duty;
}

/**
 * Answers a duty with a reason, also one that was answered before. `untilMs`: when it comes back if its cause is still there; null: never, which only a duty about
 * what has happened can be. Throws request.not-found, request.invalid, request.conflict for one that is done.
 */
export async function acknowledgeDuty(
  { ledger, clock }: Pick<DeskDeps, 'ledger' | 'clock'>,
  { id, reason, untilMs }: { readonly id: string; readonly reason: string; readonly untilMs: number | null },
  by: Deciding,
): Promise<Duty> {
  if (reason.trim() === '') throw new EvidockError('request.invalid', because('duty-reason-needed', {}));
  await ledger.transaction(async (writer) => {
    const duty = await mustHaveDuty(writer, id);
    const atMs = clock.nowMs();
    const fault = acknowledgementFault(duty, untilMs, atMs);
    if (fault === 'is-done') throw new EvidockError('request.conflict', because('duty-is-done', { id }));
    if (fault === 'needs-end') throw new EvidockError('request.invalid', because('duty-needs-end', { limit: PUT_OFF_DAYS_MAX }));
    if (fault === 'end-outside') throw new EvidockError('request.invalid', because('duty-end-outside', { limit: PUT_OFF_DAYS_MAX }));
    await writer.duties.acknowledge(id, { by: by.person, atMs, untilMs, reason: reason.trim() });
    const data = { by: by.person, until: untilMs === null ? null : new Date(untilMs).toISOString() };
    const about = { atMs, actor: by.actor, subject: subject('duty', id) };
    await writer.custody.append(DutyAcknowledged.make({ ...about, data, personal: { reason: reason.trim() } }));
  });
  return mustHaveDuty(ledger, id);
}
