import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '#domain/custody/actor';
import { NO_RIGHT, type Viewer } from '#domain/look/look';
import type { Scope } from '#domain/scope';
import type { ShowingRight } from './playback.ts';

/** `viewer` may look; `operator` may also change things, start verifications and dock directories. */
export type Role = 'viewer' | 'operator';

/** Who sent a request. */
export interface Principal {
  readonly kind: 'user' | 'cli' | 'token';
  /** Name of the account; null where the way in tells none. */
  readonly id: string | null;
  readonly roles: readonly Role[];
  /** What of the footage it may see. */
  readonly scope: Scope;
  /** Session of the account; null where there is none. */
  readonly session: string | null;
  readonly via: Way;
}

/** How the request came in. `socket`: the control socket, and commands inside the process. `loopback`: the TCP listener. */
export type Way = 'socket' | 'loopback';

const CLI_ACTOR = /^cli:([A-Za-z0-9._@-]{1,64})$/;

/** Tells the principal of a request by the way that it came in. */
export const WAYS: Readonly<Record<Way, (headers: IncomingHttpHeaders) => Principal>> = {
  // Only the station's own user and root can open the socket, so the name in the header is believed.
  socket: (headers) => {
    const named = [headers['x-evidock-actor']].flat()[0] ?? '';
    const id = CLI_ACTOR.exec(named)?.[1] ?? 'unknown';
    return { kind: 'cli', id, roles: ['viewer', 'operator'], scope: 'all', session: null, via: 'socket' };
  },
  loopback: () => ({ kind: 'cli', id: null, roles: ['viewer'], scope: 'all', session: null, via: 'loopback' }),
};

/** The principal as custody entries name it. */
export function actorOf({ kind, id, via, session }: Principal): Actor {
  return { kind, id, via, session };
}

/** The principal as entries about looks name it. */
export function viewerOf(principal: Principal, { ip, headers }: { readonly ip: string; readonly headers: IncomingHttpHeaders }): Viewer {
  const address = principal.via === 'socket' ? null : ip;
  const agent = [headers['user-agent']].flat()[0] ?? null;
  return { actor: actorOf(principal), user: null, name: null, roles: principal.roles, officer: null, unit: null, address, agent };
}

/** The right of whoever the machine itself lets in: it holds as long as they are there. */
export const MACHINE_RIGHT: ShowingRight = { ...NO_RIGHT, rule: 'break-glass', holds: async () => true, onDoubt: () => () => undefined };
