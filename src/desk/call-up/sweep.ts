import { endOf, type Grant, type GrantEnd, type PersonNow } from '#domain/call-up/grant';
import { type CallUpRequest, isUnconfirmed } from '#domain/call-up/request';
import { STATION, stationBy } from '#domain/custody/actor';
import { RequestEnded } from '#domain/custody/call-up-entries';
import { subject } from '#domain/custody/subject';
import type { GrantEnded } from '#ports/grant-bell';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { CallUpDeps } from './deps.ts';
import { endGrant, endRequest } from './give.ts';
import { askerOf, reviewersOf, tell } from './tell.ts';

/** Grants that end in one transaction: others write in between. */
const BATCH = 100;

/**
 * Ends every grant that is to end now: by its time, because the person changed, or because its case was closed. Ends requests that nobody decided in time, and
 * tells of urgent access that nobody confirmed in time. Rings the bell after each commit. Returns when the next grant ends by its time, ms; null: none holds.
 */
export async function sweepGrants(deps: CallUpDeps): Promise<number | null> {
  const { ledger, callUps } = deps;
  const atMs = callUps.time.nowMs();
  const held = await ledger.callUps.holding();
  const due = await dueOf(ledger, held, atMs);
  for (let at = 0; at < due.length; at += BATCH) await endAll(deps, due.slice(at, at + BATCH), atMs);
  const overdue = await ledger.callUps.overdue(atMs);
  for (const request of overdue) await ledger.transaction((writer) => settle(deps, writer, request, atMs));
  if (due.length + overdue.length > 0) callUps.wake();
  const left = held.filter(({ grant }) => !due.some(({ grant: { id } }) => id === grant.id)).map(({ grant }) => grant.untilMs);
  return left.length === 0 ? null : Math.min(...left);
}

interface Due {
  readonly grant: Grant;
  readonly why: GrantEnd;
}

async function dueOf(
  ledger: LedgerReader,
  held: Awaited<ReturnType<LedgerReader['callUps']['holding']>>,
  atMs: number,
): Promise<readonly Due[]> {
  const due: Due[] = [];
  for (const { grant, course } of held) {
    const why = endOf(grant, { atMs, course, person: await personNow(ledger, grant.user.id) });
    if (why !== null) due.push({ grant, why });
  }
  return due;
}

async function personNow(ledger: LedgerReader, id: string): Promise<PersonNow | 'no-account' | null> {
  return id.startsWith('usr-') ? ledger.people.user(id) : 'no-account';
}

async function endAll(deps: CallUpDeps, due: readonly Due[], atMs: number): Promise<void> {
  const ended = await deps.ledger.transaction(async (writer) => {
    const done: GrantEnded[] = [];
    for (const { grant, why } of due) {
      // A reviewer may have ended it in between.
      if ((await writer.callUps.grant(grant.id))?.endedAtMs !== null) continue;
      done.push(await endGrant(deps, writer, grant, { atMs, actor: stationBy(why), why, endedBy: null }));
    }
    return done;
  });
  deps.callUps.bell.ring(ended);
}

async function settle(deps: CallUpDeps, writer: LedgerWriter, { id }: CallUpRequest, atMs: number): Promise<void> {
  const request = await writer.callUps.request(id);
  if (request === null) return;
  const by = { atMs, actor: STATION };
  if (request.state === 'asked' && request.untilMs <= atMs) {
    await endRequest(writer, request, 'undecided', by);
    await tell(deps, writer, { kind: 'request-decided', request: id, users: askerOf(request), atMs });
  }
  if (!isUnconfirmed(request, atMs)) return;
  await writer.callUps.markUnconfirmed(id);
  const data = { state: { old: request.state, new: request.state }, asker: request.asker.id, why: 'unconfirmed' };
  await writer.custody.append(RequestEnded.make({ ...by, subject: subject('request', id), data }));
  const users = [...askerOf(request), ...(await reviewersOf(writer, request))];
  await tell(deps, writer, { kind: 'urgent-unconfirmed', request: id, users, atMs });
}
