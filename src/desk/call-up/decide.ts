import type { Asker } from '#domain/access/decide';
import type { Grant } from '#domain/call-up/grant';
import type { CallUpAction, CallUpRequest } from '#domain/call-up/request';
import { RequestConfirmed, RequestDecided, RequestWithdrawn } from '#domain/custody/call-up-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { GrantEnded } from '#ports/grant-bell';
import type { LedgerWriter } from '#ports/ledger';
import { recordingsOf } from './ask.ts';
import { type Caller, mustDecide, mustNotBeAsker, mustSee, personThen } from './caller.ts';
import type { CallUpDeps } from './deps.ts';
import { isoOf } from './entries.ts';
import { beginGrant, endGrant, type Given, stateAfter } from './give.ts';
import { type Verdict, verdictOf } from './rules.ts';
import { askerOf, tell } from './tell.ts';

const HOUR_MS = 3_600_000;

/** What a reviewer decides. Narrowed: fewer actions, fewer recordings, a shorter time, not what comes later; what is left out stays as it was asked for. */
export type Ruling =
  | { readonly is: 'approve'; readonly words: string | null }
  | { readonly is: 'refuse'; readonly words: string }
  | {
      readonly is: 'narrow';
      readonly words: string | null;
      readonly actions?: readonly CallUpAction[];
      readonly recordings?: readonly string[];
      readonly untilMs?: number;
      readonly later?: false;
    };

/** What a change did. The caller rings the bell for `ended` after the commit. */
export interface Changed {
  readonly request: CallUpRequest;
  readonly grant: Grant | null;
  readonly ended: readonly GrantEnded[];
}

export async function requestFor(deps: CallUpDeps, caller: Caller, id: string): Promise<CallUpRequest> {
  return mustSee(deps.ledger, caller, await deps.ledger.callUps.request(id), id);
}

/**
 * Decides a request. Of two who decide at once the second gets request.conflict, which tells how the request stands. Throws request.not-found,
 * request.forbidden, request.invalid for what is wider than what was asked for.
 */
export async function decideRequest(deps: CallUpDeps, caller: Caller, id: string, ruling: Ruling): Promise<Changed> {
  const atMs = deps.callUps.time.nowMs();
  const seen = await requestFor(deps, caller, id);
  await mustNotBeAsker(deps.ledger, caller, seen, atMs);
  const given = ruling.is === 'refuse' ? null : await whatIsGiven(deps, caller, seen, ruling, atMs);
  const units = given === null || given.units.length === 0 ? seen.units : given.units;
  await mustDecide(deps.ledger, caller, seen, { nowMs: atMs, units });
  return deps.ledger.transaction(async (writer) => {
    const request = await mustSee(writer, caller, await writer.callUps.request(id), id);
    const state = stateAfter(request, ruling.is);
    const by = { atMs, actor: caller.actor };
    const grant = given === null ? null : await beginGrant(deps, writer, request, given, by);
    const reviewer = personThen(caller.asker);
    const decision = { by: reviewer, rule: null, words: ruling.words, atMs };
    await writer.callUps.updateRequest(id, { state, decision, ...(grant === null ? {} : { grant: grant.id }) });
    const data = {
      ...{ state: { old: request.state, new: state }, asker: request.asker.id, reviewer: { ...reviewer, roles: [...reviewer.roles] } },
      ...{ rule: null, policy: deps.callUps.rules.policy().version, actions: [...(grant?.actions ?? [])], later: grant?.later ?? false },
      until: grant === null ? null : isoOf(grant.untilMs),
    };
    await writer.custody.append(RequestDecided.make({ ...by, subject: subject('request', id), data, personal: { words: ruling.words } }));
    await tell(deps, writer, { kind: 'request-decided', request: id, users: askerOf(request), atMs });
    return { ...(await standing(writer, request)), ended: [] };
  });
}

/** What an approval gives now: what the asker may still ask for, within what was asked for and within what the reviewer leaves of it. */
async function whatIsGiven(
  deps: CallUpDeps,
  caller: Caller,
  request: CallUpRequest,
  ruling: Extract<Ruling, { is: 'approve' | 'narrow' }>,
  atMs: number,
): Promise<Given & { readonly units: readonly string[] }> {
  const actions = ruling.is === 'narrow' ? (ruling.actions ?? request.actions) : request.actions;
  const untilMs = ruling.is === 'narrow' ? (ruling.untilMs ?? request.untilMs) : request.untilMs;
  const chosen = ruling.is === 'narrow' ? ruling.recordings : undefined;
  const wider = actions.length === 0 || actions.some((action) => !request.actions.includes(action)) || untilMs > request.untilMs;
  if (wider || untilMs <= atMs) throw new EvidockError('request.invalid', because('wider-than-asked', { id: request.id }));
  const asker = await mustBeAsBefore(deps, request);
  const reached = await recordingsOf(deps, request.target);
  if (chosen?.some((each) => !reached.includes(each)))
    throw new EvidockError('request.invalid', because('wider-than-asked', { id: request.id }));
  const verdict = await verdictNow(deps, caller, { asker, actions, recordings: chosen ?? reached, request });
  if (verdict.is === 'refused') throw new EvidockError('request.conflict', because('nothing-to-give', { id: request.id }));
  const later = request.later && chosen === undefined && !verdict.partly && !(ruling.is === 'narrow' && ruling.later === false);
  const end = verdict.hoursMax === null ? untilMs : Math.min(untilMs, atMs + verdict.hoursMax * HOUR_MS);
  return {
    ...{
      actions,
      recordings: later ? [] : verdict.recordings,
      later,
      untilMs: end,
      level: verdict.level,
      rule: null,
      approver: caller.asker.id,
    },
    ...{ policy: deps.callUps.rules.policy().version, units: verdict.units.length === 0 ? request.units : verdict.units },
  };
}

/** The asker as they are today. Throws request.conflict where roles, unit or state are not what they were when they asked: a grant would end at once. */
async function mustBeAsBefore({ ledger }: CallUpDeps, { id, asker }: CallUpRequest): Promise<Asker> {
  const user = await ledger.people.user(asker.id);
  const same = user?.state === 'active' && user.unit === asker.unit && [...user.roles].sort().join() === [...asker.roles].sort().join();
  if (!user || !same) throw new EvidockError('request.conflict', because('asker-changed', { id }));
  return { id: user.id, roles: user.roles, officer: user.officer, unit: user.unit };
}

interface Wanted {
  readonly asker: Asker;
  readonly actions: readonly CallUpAction[];
  readonly recordings: readonly string[];
  readonly request: CallUpRequest;
}

/** Judges both: the asker, who must still be allowed to ask, and the reviewer, to whom no rule may refuse the approval. */
async function verdictNow(deps: CallUpDeps, caller: Caller, { asker, actions, recordings, request }: Wanted): Promise<Verdict> {
  const { rules } = deps.callUps;
  const from = { address: null, requestedBy: asker.id };
  const asked = verdictOf(await rules.judge(asker, actions, recordings, from), actions, false);
  if (asked.is === 'refused' || caller.breakGlass) return asked;
  const judged = await rules.judge(caller.asker, ['approve'], asked.recordings, { ...from, address: caller.address });
  const refused = judged.some(({ decisions }) => {
    const decision = decisions.get('approve');
    return decision?.effect === 'refuse' && decision.by !== 'no-rule';
  });
  if (refused) throw new EvidockError('request.forbidden', because('not-your-request', { id: request.id }));
  return asked;
}

/** The asker takes a request back, or gives back what it gave. Throws request.conflict where it is over. */
export async function withdrawRequest(deps: CallUpDeps, caller: Caller, id: string): Promise<Changed> {
  const atMs = deps.callUps.time.nowMs();
  return deps.ledger.transaction(async (writer) => {
    const request = await mustSee(writer, caller, await writer.callUps.request(id), id);
    if (request.asker.id !== caller.asker.id) throw new EvidockError('request.forbidden', because('not-asker', { id }));
    const state = stateAfter(request, 'withdraw');
    const by = { atMs, actor: caller.actor };
    await writer.callUps.updateRequest(id, { state });
    const asker = personThen(caller.asker);
    const data = { state: { old: request.state, new: state }, asker: { ...asker, roles: [...asker.roles] } };
    await writer.custody.append(RequestWithdrawn.make({ ...by, subject: subject('request', id), data }));
    const grant = request.grant === null ? null : await writer.callUps.grant(request.grant);
    const holds = grant !== null && grant.endedAtMs === null;
    const ended = holds ? [await endGrant(deps, writer, grant, { ...by, why: 'withdrawn', endedBy: caller.asker.id })] : [];
    return { ...(await standing(writer, request)), ended };
  });
}

/** A reviewer confirms urgent access afterwards, in time or late, or rejects it, which ends it. Throws request.conflict where that is done. */
export async function confirmRequest(
  deps: CallUpDeps,
  caller: Caller,
  id: string,
  { confirmed, words }: { readonly confirmed: boolean; readonly words: string | null },
): Promise<Changed> {
  const atMs = deps.callUps.time.nowMs();
  await mustDecide(deps.ledger, caller, await requestFor(deps, caller, id), { nowMs: atMs });
  return deps.ledger.transaction(async (writer) => {
    const request = await mustSee(writer, caller, await writer.callUps.request(id), id);
    const { confirmation } = request;
    if (confirmation === null) throw new EvidockError('request.conflict', because('not-to-confirm', { id }));
    if (confirmation.confirmed !== null)
      throw new EvidockError(
        'request.conflict',
        because('request-decided', { id, requestState: confirmation.confirmed ? 'confirmed' : 'rejected', by: confirmation.by?.id ?? '-' }),
      );
    const by = { atMs, actor: caller.actor };
    const reviewer = personThen(caller.asker);
    await writer.callUps.updateRequest(id, { confirmation: { ...confirmation, by: reviewer, confirmed, words, atMs } });
    const data = {
      ...{ confirmed, late: confirmation.dueAtMs <= atMs, asker: request.asker.id, reviewer: { ...reviewer, roles: [...reviewer.roles] } },
      policy: deps.callUps.rules.policy().version,
    };
    await writer.custody.append(RequestConfirmed.make({ ...by, subject: subject('request', id), data, personal: { words } }));
    const grant = request.grant === null ? null : await writer.callUps.grant(request.grant);
    const ends = !confirmed && grant !== null && grant.endedAtMs === null;
    const ended = ends ? [await endGrant(deps, writer, grant, { ...by, why: 'rejected', endedBy: caller.asker.id })] : [];
    if (!ends) await tell(deps, writer, { kind: 'request-decided', request: id, users: askerOf(request), atMs });
    return { ...(await standing(writer, request)), ended };
  });
}

/** A reviewer ends a grant before its time. Throws request.not-found, request.forbidden, request.conflict where it has ended. */
export async function revokeGrant(deps: CallUpDeps, caller: Caller, id: string): Promise<Changed> {
  const atMs = deps.callUps.time.nowMs();
  const seen = await grantFor(deps, caller, id);
  await mustDecide(deps.ledger, caller, seen.request, { nowMs: atMs });
  return deps.ledger.transaction(async (writer) => {
    const grant = await writer.callUps.grant(id);
    if (grant === null || grant.endedAtMs !== null)
      throw new EvidockError('request.conflict', because('grant-over', { id, grantEnd: grant?.whyEnded ?? '-' }));
    const ended = await endGrant(deps, writer, grant, { atMs, actor: caller.actor, why: 'revoked', endedBy: caller.asker.id });
    return { ...(await standing(writer, seen.request)), ended: [ended] };
  });
}

/** A grant that the caller may see, with its request. Throws request.not-found. */
export async function grantFor(
  deps: CallUpDeps,
  caller: Caller,
  id: string,
): Promise<{ readonly grant: Grant; readonly request: CallUpRequest }> {
  const grant = await deps.ledger.callUps.grant(id);
  const request = grant === null ? null : await deps.ledger.callUps.request(grant.request);
  const unknown = () => new EvidockError('request.not-found', because('no-grant', { id }));
  if (grant === null || request === null) throw unknown();
  return {
    grant,
    request: await mustSee(deps.ledger, caller, request, id).catch((error) => {
      if (error instanceof EvidockError && error.code === 'request.not-found') throw unknown();
      throw error;
    }),
  };
}

async function standing(
  writer: LedgerWriter,
  request: CallUpRequest,
): Promise<{ readonly request: CallUpRequest; readonly grant: Grant | null }> {
  const now = (await writer.callUps.request(request.id)) ?? request;
  return { request: now, grant: now.grant === null ? null : await writer.callUps.grant(now.grant) };
}
