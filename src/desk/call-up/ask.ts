import type { Grant } from '#domain/call-up/grant';
import type { CallUpAction, CallUpRequest, Confirmation, RequestState, Target } from '#domain/call-up/request';
import { RequestAsked, RequestDecided } from '#domain/custody/call-up-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import type { LedgerWriter } from '#ports/ledger';
import { type Caller, personThen } from './caller.ts';
import type { CallUpDeps } from './deps.ts';
import { isoOf, namedIn, toldTarget } from './entries.ts';
import { beginGrant } from './give.ts';
import { type Verdict, verdictOf } from './rules.ts';
import { reviewersOf, tell } from './tell.ts';

const HOUR_MS = 3_600_000;
/** Longest access that may be asked for. */
const DAYS_MAX = 90;
/** Recordings that one request may reach. Each of them is judged. */
const RECORDINGS_MAX = 1000;
/** Requests that wait, and grants that hold, of one person. */
const OPEN_MAX = 100;
/** Longest time of an officer that one request may name, days. */
const WINDOW_DAYS_MAX = 31;
/** The rule of who asks at the machine itself. */
const BREAK_GLASS = 'break-glass';

export interface Ask {
  readonly target: Target;
  readonly later: boolean;
  readonly actions: readonly CallUpAction[];
  readonly purpose: string;
  readonly words: string | null;
  readonly urgent: boolean;
  readonly untilMs: number;
}

export interface Asked {
  readonly request: CallUpRequest;
  readonly grant: Grant | null;
}

/**
 * Asks to call footage up. The rules decide at once, or a reviewer is to; urgent access begins at once and is to be confirmed. Footage that may not be asked for
 * is answered as what there is not: request.not-found. Throws request.invalid, request.forbidden, request.conflict.
 */
export async function askForCallUp(deps: CallUpDeps, caller: Caller, ask: Ask): Promise<Asked> {
  const atMs = deps.callUps.time.nowMs();
  const purpose = mustBeAskable(deps, ask, atMs);
  const reached = await recordingsOf(deps, ask.target);
  const verdict = caller.breakGlass ? atTheMachine(reached) : await judge(deps, caller, ask, reached, purpose.approval);
  if (verdict.is === 'refused') throw new EvidockError('request.not-found', because('nothing-to-call-up', {}));
  const urgent = ask.urgent && verdict.is === 'needs-approval';
  if (urgent) mustBeUrgent(deps, caller, ask);
  const request = requestOf(deps, caller, ask, { verdict, urgent, atMs });
  // Whom to tell is looked up before the transaction, which keeps others waiting.
  const reviewers = verdict.is === 'needs-approval' ? await reviewersOf(deps.ledger, request) : [];
  return deps.ledger.transaction(async (writer) => {
    const open = await writer.callUps.openOf(caller.asker.id);
    if (Math.max(open.grants, open.requests) >= OPEN_MAX)
      throw new EvidockError('request.conflict', because('many-call-ups', { limit: OPEN_MAX }));
    await record(writer, request, { atMs, actor: caller.actor });
    const grant = await decideAtOnce(deps, writer, caller, request, { verdict, urgent, atMs });
    const kind = urgent ? 'urgent-access' : 'request-waits';
    await tell(deps, writer, { kind, request: request.id, users: reviewers, atMs });
    return { request: (await writer.callUps.request(request.id)) ?? request, grant };
  });
}

type Judged = Exclude<Verdict, { is: 'refused' }>;
interface Judging {
  readonly verdict: Judged;
  readonly urgent: boolean;
  readonly atMs: number;
}

function mustBeAskable(deps: CallUpDeps, { target, actions, purpose, words, urgent, untilMs }: Ask, atMs: number) {
  const known = deps.callUps.rules.policy().purposes;
  const found = known.find(({ code }) => code === purpose);
  if (!found) throw new EvidockError('request.invalid', because('no-purpose', { names: known.map(({ code }) => code) }));
  if ((found.words || urgent) && !words?.trim()) throw new EvidockError('request.invalid', because('words-needed', {}));
  if (actions.length === 0) throw new EvidockError('request.invalid', because('no-action', {}));
  if (untilMs <= atMs || untilMs > atMs + DAYS_MAX * 24 * HOUR_MS)
    throw new EvidockError('request.invalid', because('until-outside', { limit: DAYS_MAX }));
  const window = target.by === 'officer' ? target.toMs - target.fromMs : 1;
  if (window <= 0 || window > WINDOW_DAYS_MAX * 24 * HOUR_MS)
    throw new EvidockError('request.invalid', because('window-outside', { limit: WINDOW_DAYS_MAX }));
  return found;
}

/** The recordings that a target reaches now. Throws request.invalid where there are more than one request may reach. */
export async function recordingsOf({ ledger }: CallUpDeps, target: Target): Promise<readonly string[]> {
  if (target.by === 'recordings') return [...new Set(target.ids)].sort();
  const found = await ledger.callUps.recordingsOf(target, RECORDINGS_MAX + 1);
  if (found.length > RECORDINGS_MAX) throw new EvidockError('request.invalid', because('many-recordings', { limit: RECORDINGS_MAX }));
  return found;
}

async function judge(deps: CallUpDeps, { asker, address }: Caller, ask: Ask, recordings: readonly string[], purposeAsks: boolean) {
  const judged = await deps.callUps.rules.judge(asker, ask.actions, recordings, { address, requestedBy: null });
  return verdictOf(judged, ask.actions, purposeAsks);
}

function atTheMachine(recordings: readonly string[]): Verdict {
  if (recordings.length === 0) return { is: 'refused' };
  return { is: 'at-once', recordings, partly: false, units: [], level: 'top-secret', rule: BREAK_GLASS, approvers: [], hoursMax: null };
}

/** Throws request.forbidden where the policy names none of the roles, or not all of the actions, for urgent access. */
function mustBeUrgent({ callUps }: CallUpDeps, { asker }: Caller, { actions }: Ask): void {
  const { urgent } = callUps.rules.policy();
  const may = asker.roles.some((role) => urgent.roles.includes(role)) && actions.every((action) => urgent.actions.includes(action));
  if (!may) throw new EvidockError('request.forbidden', because('not-urgent', {}));
}

function requestOf(deps: CallUpDeps, { asker }: Caller, ask: Ask, { verdict, urgent, atMs }: Judging): CallUpRequest {
  const { version, urgent: limits } = deps.callUps.rules.policy();
  const dueAtMs = atMs + limits.confirmHours * HOUR_MS;
  const confirmation: Confirmation | null = urgent ? { dueAtMs, by: null, confirmed: null, words: null, atMs: null } : null;
  const known = ask.target.by === 'recordings' ? ({ by: 'recordings', ids: verdict.recordings } as const) : ask.target;
  const own = asker.unit === null ? [] : [asker.unit];
  return {
    ...{ id: newId('req', atMs, deps.facts.stationId), asker: personThen(asker), target: known },
    // Whatever comes later counts only where nothing was left out: else it would let in what may not be asked for.
    later: ask.later && known.by !== 'recordings' && !verdict.partly,
    ...{ actions: [...new Set(ask.actions)], purpose: ask.purpose, words: ask.words?.trim() || null, urgent, askedAtMs: atMs },
    ...{ untilMs: ask.untilMs, policy: version, approvers: verdict.approvers, units: verdict.units.length === 0 ? own : verdict.units },
    ...{ state: 'asked', decision: null, confirmation, grant: null },
  };
}

async function record(writer: LedgerWriter, request: CallUpRequest, by: { readonly atMs: number; readonly actor: Caller['actor'] }) {
  await writer.callUps.insertRequest(request);
  const { id, asker, target, later, actions, purpose, words, urgent, untilMs, policy, approvers, units, confirmation } = request;
  const data = {
    ...{ asker: { ...asker, roles: [...asker.roles] }, target: toldTarget(target), later, actions: [...actions], purpose, urgent },
    ...{ until: isoOf(untilMs), policy, approvers: [...approvers], units: [...units] },
    confirmBy: confirmation === null ? null : isoOf(confirmation.dueAtMs),
  };
  const about = { ...by, subject: subject('request', id), data, lists: { recordings: [...namedIn(request)] }, personal: { words } };
  await writer.custody.append(RequestAsked.make(about));
}

/** Where no reviewer has to decide first: writes the decision and begins the grant. */
async function decideAtOnce(deps: CallUpDeps, writer: LedgerWriter, caller: Caller, request: CallUpRequest, judging: Judging) {
  const { verdict, urgent, atMs } = judging;
  if (verdict.is === 'needs-approval' && !urgent) return null;
  const hours = [verdict.hoursMax, urgent ? deps.callUps.rules.policy().urgent.hoursMax : null].filter((each) => each !== null);
  const untilMs = Math.min(
    request.untilMs,
    request.confirmation?.dueAtMs ?? request.untilMs,
    ...hours.map((each) => atMs + each * HOUR_MS),
  );
  const { actions, later, policy } = request;
  const { rule } = verdict;
  const by = { atMs, actor: caller.actor };
  // What the rules give at once nobody's head has to approve.
  const bounds = { level: verdict.level, units: urgent ? request.units : null };
  const given = { actions, recordings: later ? [] : verdict.recordings, later, untilMs, rule, approver: null, policy, ...bounds };
  const grant = await beginGrant(deps, writer, request, given, by);
  const state: RequestState = urgent ? 'urgent' : 'by-rule';
  await writer.callUps.updateRequest(request.id, { state, grant: grant.id, decision: { by: null, rule, words: null, atMs } });
  const data = {
    ...{ state: { old: request.state, new: state }, asker: request.asker.id, reviewer: null, rule, policy, actions: [...actions] },
    ...{ later, until: isoOf(untilMs) },
  };
  await writer.custody.append(RequestDecided.make({ ...by, subject: subject('request', request.id), data, personal: { words: null } }));
  return grant;
}
