import type { Notice } from '#domain/call-up/notice';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Caller } from './caller.ts';
import type { CallUpDeps } from './deps.ts';

/** Marks a notice as read. One of somebody else is answered as what there is not: request.not-found. */
export async function readNotice(deps: CallUpDeps, { asker }: Caller, id: string): Promise<Notice> {
  return deps.ledger.transaction(async (writer) => {
    const notice = await writer.callUps.notice(id);
    if (notice?.user !== asker.id) throw new EvidockError('request.not-found', because('no-notice', { id }));
    if (notice.readAtMs !== null) return notice;
    const readAtMs = deps.callUps.time.nowMs();
    await writer.callUps.markRead(id, readAtMs);
    return { ...notice, readAtMs };
  });
}
