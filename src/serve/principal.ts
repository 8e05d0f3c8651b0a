import type { FastifyRequest } from 'fastify';
import type { Gatekeeper } from '#desk/access/gatekeeper';
import type { Keeping } from '#desk/people/own-people';
import type { Credentials, SignedIn } from '#desk/sign-in/signed-in';
import type { Asker } from '#domain/access/decide';
import type { Action } from '#domain/access/policy';
import { TASKS, type Task } from '#domain/access/tasks';
import { sha256Hex } from '#domain/canonical-json';
import type { Actor } from '#domain/custody/actor';
import type { Viewer } from '#domain/look/look';
import type { NarrowScope, Scope } from '#domain/scope';
import type { KnownBy } from '#domain/sign-in/session';
import { Cookies } from './cookies.ts';
import type { Caller } from './network/caller.ts';

/** How the request came in. `socket`: the control socket, and commands inside the process. `network`: the TCP listener. */
export type Way = 'socket' | 'network';

/** Who sent a request. */
export interface Principal {
  /** `cli`: root or the station's own account, over the control socket; `nobody`: who has not signed in. */
  readonly kind: 'user' | 'token' | 'kiosk' | 'cli' | 'nobody';
  /** Id of the user, the token or the kiosk; over the control socket the name of the account of the machine. null: nobody. */
  readonly id: string | null;
  /** For whoever reads: the name of the person, of the token, of the kiosk. */
  readonly name: string | null;
  /** As the policy is asked. Of a token: its owner. */
  readonly asker: Asker;
  readonly tasks: ReadonlySet<Task>;
  /** Actions on a recording that are asked of the policy at all; null: each. Of a token: those that it was made for. */
  readonly actions: ReadonlySet<Action> | null;
  /** What of the footage they may see. */
  readonly scope: Scope;
  readonly session: string | null;
  /** Of a kiosk: the slots that it shows; empty: all. null: no kiosk. */
  readonly slots: readonly number[] | null;
  readonly via: Way;
  /** As the named proxies tell it (network/caller.ts); null over the control socket. */
  readonly address: string | null;
  /** Whether the client's own connection is TLS. Then cookies are `Secure` and have the prefix `__Host-`. */
  readonly encrypted: boolean;
  /** Header User-Agent. */
  readonly agent: string | null;
  /** How they signed in, or what else they showed; null: nothing. */
  readonly knownBy: KnownBy | null;
  /** Id of the request, as its answer names it in `x-request-id`. */
  readonly requestId: string | null;
}

/** Tells who sent a request. `isUse`: the request comes now; false: it is only asked whether the sender is still known. Throws ledger.failed: then nothing is shown. */
export type PrincipalOf = (request: FastifyRequest, isUse: boolean) => Promise<Principal>;

const CLI_ACTOR = /^cli:([A-Za-z0-9._@-]{1,64})$/;
const AGENT_CHARACTERS = 200;
const BEARER = /^bearer (evd_[\x21-\x7e]{1,200})$/i;
const NOTHING: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };
const EVERY_TASK: ReadonlySet<Task> = new Set(TASKS);
const OF_KIOSKS: ReadonlySet<Task> = new Set<Task>(['kiosk']);
const NO_ACTIONS: ReadonlySet<Action> = new Set();

/** The way in tells who may be behind a request: the control socket knows accounts of the machine, the network those who signed in. */
export function principalBy(way: Way, gatekeeper: Gatekeeper, callerOf: (request: FastifyRequest) => Caller): PrincipalOf {
  return way === 'socket'
    ? async (request) => machine(request)
    : (request, isUse) => signedIn(gatekeeper, request, { ...callerOf(request), isUse });
}

// Only the station's own user and root can open the socket, so the name in the header is believed.
function machine({ headers, id: requestId }: FastifyRequest): Principal {
  const named = [headers['x-evidock-actor']].flat()[0] ?? '';
  const id = CLI_ACTOR.exec(named)?.[1] ?? 'unknown';
  const asker: Asker = { id: `cli:${id}`, roles: [], officer: null, unit: null };
  const seen = {
    tasks: EVERY_TASK,
    actions: null,
    scope: 'all' as const,
    session: null,
    slots: null,
    via: 'socket' as const,
    address: null,
    encrypted: false,
    knownBy: 'control-socket' as const,
    requestId,
  };
  return { kind: 'cli', id, name: id, asker, ...seen, agent: agentOf(headers['user-agent']) };
}

/** What a request tells of itself, whoever sends it. */
type From = Pick<Principal, 'via' | 'address' | 'encrypted' | 'agent' | 'requestId'>;

interface Came extends Pick<Caller, 'address' | 'scheme'> {
  readonly isUse: boolean;
}

async function signedIn(gatekeeper: Gatekeeper, request: FastifyRequest, { address, scheme, isUse }: Came): Promise<Principal> {
  const agent = agentOf(request.headers['user-agent']);
  const from = { via: 'network' as const, address, encrypted: scheme === 'https', agent, requestId: request.id };
  const known = await gatekeeper.whoIs({ ...credentialsOf(request, scheme), address, agent, isUse });
  if (known === null) return { ...NOBODY, ...from };
  if (known.kind === 'kiosk') return { ...kioskPrincipal(known), ...from };
  const { kind, id, name, session, knownBy, user } = known;
  if (user === null) return { ...NOBODY, ...from };
  const asker: Asker = { id: user.id, roles: user.roles, officer: user.officer, unit: user.unit };
  const actions = known.tokenActions === null ? null : new Set(known.tokenActions);
  const scope = await gatekeeper.scopeFor(asker, from);
  return { kind, id, name, asker, tasks: tasksOf(gatekeeper, known), actions, scope, session, knownBy, slots: null, ...from };
}

/** What the request shows of who sends it. A bearer's token and cookies are read from the one place where each may stand: never from the URL. */
function credentialsOf(request: FastifyRequest, scheme: Caller['scheme']): Pick<Credentials, 'cookie' | 'bearer' | 'kiosk' | 'visit'> {
  const cookies = new Cookies(request.headers.cookie, scheme);
  const shown = {
    cookie: cookies.get('session'),
    bearer: BEARER.exec(request.headers.authorization ?? '')?.[1],
    kiosk: cookies.get('kiosk'),
    visit: cookies.get('visit'),
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

/** A kiosk sees slots. An officer who stands before it sees what is theirs as well, and has no role there: a badge opens nothing else. */
function kioskPrincipal({ id, name, user, knownBy, slots }: SignedIn): Omit<Principal, keyof From> {
  const officer = user?.officer ?? null;
  const asker: Asker = { id: user?.id ?? id, roles: [], officer, unit: null };
  const scope: Scope = officer === null ? NOTHING : { ...NOTHING, officers: [officer] };
  return { kind: 'kiosk', id, name, asker, tasks: OF_KIOSKS, actions: NO_ACTIONS, scope, session: null, knownBy, slots };
}

/** A token may never do more than its owner. */
function tasksOf(gatekeeper: Gatekeeper, { user, tokenScopes }: SignedIn): ReadonlySet<Task> {
  const own = gatekeeper.tasksOf(user?.roles ?? []);
  return tokenScopes === null ? own : new Set(tokenScopes.filter((task) => own.has(task)));
}

const NOBODY: Omit<Principal, keyof From> = {
  ...{ kind: 'nobody', id: null, name: null, session: null, knownBy: null },
  ...{ asker: { id: 'nobody', roles: [], officer: null, unit: null }, tasks: new Set(), actions: NO_ACTIONS, scope: NOTHING, slots: null },
};

function agentOf(header: string | undefined): string | null {
  return header === undefined || header === '' ? null : header.slice(0, AGENT_CHARACTERS);
}

/**
 * Digest of who somebody is and of what they may see and do: the same as long as that is the same. Moments that a scope counts back from now are left out, as they
 * are others each time.
 */
export function sightOf({ kind, id, asker, tasks, scope }: Principal): string {
  const withoutNow = (name: string, value: unknown) => (name.endsWith('Ms') ? undefined : value);
  return sha256Hex(Buffer.from(JSON.stringify([kind, id, asker, [...tasks].sort(), scope], withoutNow)));
}

/** The principal as custody entries name it; a token with the account of its owner, a kiosk with the officer who stands before it. */
export function actorOf({ kind, id, via, session, asker }: Principal): Actor {
  const isFor = kind === 'token' || (kind === 'kiosk' && asker.officer !== null);
  return { kind, id, via, session, ...(isFor ? { user: asker.id } : {}) };
}

/** What an entry tells of the request that it comes from: its id, and how whoever sent it is known where they are who acts. */
export function originOf({ kind, id, knownBy, requestId }: Principal): (actor: Actor) => Actor {
  return (actor) => ({
    ...actor,
    ...(knownBy !== null && actor.kind === kind && actor.id === id ? { knownBy } : {}),
    ...(requestId === null ? {} : { requestId }),
  });
}

/** The principal as entries about looks, searches and refusals name it. */
export function viewerOf(principal: Principal): Viewer {
  const { kind, name, asker, address, agent, knownBy, requestId } = principal;
  const user = kind === 'user' || kind === 'token' ? asker.id : null;
  return {
    actor: actorOf(principal),
    user,
    name,
    roles: asker.roles,
    officer: asker.officer,
    unit: asker.unit,
    address,
    agent,
    knownBy,
    requestId,
  };
}

/** Whose officers and recorders they keep: those of their own unit, and of the units below. null over the control socket: everybody's. Who belongs to no unit has none. */
export function keepingOf(principal: Principal): Keeping {
  const { kind, asker } = principal;
  return { actor: actorOf(principal), within: kind === 'cli' ? null : (asker.unit ?? 'none') };
}
