import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '#domain/custody/actor';
import type { Scope } from '#domain/scope';

/** `viewer`: looks; `operator`: changes, re-reads, takes in. */
export type Role = 'viewer' | 'operator';

/** Who asks. */
export interface Principal {
  readonly kind: 'user' | 'cli' | 'token';
  /** Name of the account; null where the way in does not tell. */
  readonly id: string | null;
  readonly roles: readonly Role[];
  /** What of the footage it may see. */
  readonly scope: Scope;
  /** Session of the account; null where there is none. */
  readonly session: string | null;
  readonly via: Way;
}

/** `socket`: the control socket, and commands in the process; `loopback`: the TCP listener. */
export type Way = 'socket' | 'loopback';

const CLI_ACTOR = /^cli:([A-Za-z0-9._@-]{1,64})$/;

/** Each way in tells who comes through it. */
export const WAYS: Readonly<Record<Way, (headers: IncomingHttpHeaders) => Principal>> = {
  // It is open to the station's own user and root alone, so its word for the person is taken.
  socket: (headers) => {
    const named = [headers['x-evidock-actor']].flat()[0] ?? '';
    const id = CLI_ACTOR.exec(named)?.[1] ?? 'unknown';
    return { kind: 'cli', id, roles: ['viewer', 'operator'], scope: 'all', session: null, via: 'socket' };
  },
  loopback: () => ({ kind: 'cli', id: null, roles: ['viewer'], scope: 'all', session: null, via: 'loopback' }),
};

/** As custody names it. */
export function actorOf({ kind, id, via, session }: Principal): Actor {
  return { kind, id, via, session };
}
