import { closingsOf, type Grant, type GrantEnd } from '#domain/call-up/grant';
import {
  type CallUpAction,
  type CallUpRequest,
  GRANTED_STATES,
  type RequestEvent,
  type RequestState,
  requestAfter,
} from '#domain/call-up/request';
import type { Actor } from '#domain/custody/actor';
import { GrantBegun, GrantEnded, RequestEnded } from '#domain/custody/call-up-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import type { Confidentiality } from '#domain/protection';
import { because } from '#domain/reason';
import type { GrantEnded as Ended } from '#ports/grant-bell';
import type { LedgerWriter } from '#ports/ledger';
import type { CallUpDeps } from './deps.ts';
import { isoOf, toldTarget } from './entries.ts';
import { askerOf, tell } from './tell.ts';

/** What a grant gives of a request. */
export interface Given {
  readonly actions: readonly CallUpAction[];
  /** The recordings that are listed; none where whatever belongs to the target counts. */
  readonly recordings: readonly string[];
  readonly later: boolean;
  readonly untilMs: number;
  readonly level: Confidentiality;
  readonly units: readonly string[] | null;
  readonly rule: string | null;
  readonly approver: string | null;
  readonly policy: number;
}

interface By {
  readonly atMs: number;
  readonly actor: Actor;
}

/** Begins the grant of a request, with its entry. */
export async function beginGrant(deps: CallUpDeps, writer: LedgerWriter, request: CallUpRequest, given: Given, by: By): Promise<Grant> {
  const { later, recordings, ...rest } = given;
  const { target } = request;
  const course = target.by === 'case' ? await writer.callUps.courseOf(target.number) : null;
  const grant: Grant = {
    ...{ id: newId('grt', by.atMs, deps.facts.stationId), request: request.id, user: request.asker, target, ...rest, later },
    ...{ closings: closingsOf(course ?? []), fromMs: by.atMs, endedAtMs: null, whyEnded: null, endedBy: null },
  };
  await writer.callUps.insertGrant(grant, recordings);
  const { actions, closings, untilMs, level, units, rule, policy, approver } = grant;
  const user = { ...grant.user, roles: [...grant.user.roles] };
  const data = {
    ...{ request: request.id, user, target: toldTarget(target), later, actions: [...actions], closings },
    ...{ until: isoOf(untilMs), level, units: units && [...units], rule, policy, approver },
  };
  await writer.custody.append(
    GrantBegun.make({ ...by, subject: subject('grant', grant.id), data, lists: { recordings: [...recordings] } }),
  );
  return grant;
}

/** The state of a request after an event. Throws request.conflict, which tells how it stands, where the event cannot happen any more. */
export function stateAfter({ id, state, decision }: CallUpRequest, event: RequestEvent): RequestState {
  const next = requestAfter(state, event);
  if (next !== null) return next;
  throw new EvidockError('request.conflict', because('request-decided', { id, requestState: state, by: decision?.by?.id ?? '-' }));
}

/**
 * Ends a grant that holds, with its entry, and its request where that stands as granted. The asker is told, unless they ended it. The caller rings the bell after
 * the commit.
 */
export async function endGrant(
  deps: CallUpDeps,
  writer: LedgerWriter,
  grant: Grant,
  { why, endedBy, ...by }: By & { readonly why: GrantEnd; readonly endedBy: string | null },
): Promise<Ended> {
  await writer.callUps.endGrant(grant.id, { endedAtMs: by.atMs, whyEnded: why, endedBy });
  const data = { request: grant.request, user: grant.user.id, why, by: endedBy };
  await writer.custody.append(GrantEnded.make({ ...by, subject: subject('grant', grant.id), data }));
  const request = await writer.callUps.request(grant.request);
  if (request && why !== 'withdrawn' && GRANTED_STATES.includes(request.state)) {
    await endRequest(writer, request, 'grant-ended', by);
    await tell(deps, writer, { kind: 'grant-ended', request: request.id, users: askerOf(request), atMs: by.atMs });
  }
  return { grant: grant.id, user: grant.user.id, why };
}

export async function endRequest(writer: LedgerWriter, request: CallUpRequest, why: 'undecided' | 'grant-ended', by: By): Promise<void> {
  const state = stateAfter(request, 'end');
  await writer.callUps.updateRequest(request.id, { state });
  const data = { state: { old: request.state, new: state }, asker: request.asker.id, why };
  await writer.custody.append(RequestEnded.make({ ...by, subject: subject('request', request.id), data }));
}
