import type { KnownBy } from '#domain/sign-in/session';
import { type Claim, STATION_HOST } from '#domain/work';

/**
 * `station`: the daemon by itself; `user`: a person with an account; `cli`: an account of the machine, over the control socket; `token`: a program;
 * `kiosk`: the screen at the slots; `nobody`: who has not signed in.
 */
export const ACTOR_KINDS = ['station', 'user', 'cli', 'token', 'kiosk', 'nobody'] as const;
type ActorKind = (typeof ACTOR_KINDS)[number];

/** Who did what an entry tells. */
export interface Actor {
  readonly kind: ActorKind;
  /** Name of the account or of the token; null for the station itself. */
  readonly id: string | null;
  /** The way in (`socket`, `network`), the rule by which the station decided (`rule:sole`), or its worker on another host (`worker:render1`); null if there is nothing to tell. */
  readonly via: string | null;
  /** Session of the account; null where there is none. */
  readonly session: string | null;
  /** Of a token: the account of its owner. Of a kiosk: the officer who stood before it. */
  readonly user?: string;
  /** Of whoever sent a request: how they signed in, or what else they showed. Entries of before 2026-11-27, and of no request, have none. */
  readonly knownBy?: KnownBy;
  /** Id of the request that the entry comes from, as its answer names it in `x-request-id`. */
  readonly requestId?: string;
}

/** The station on its own, without a person. */
export const STATION: Actor = { kind: 'station', id: null, via: null, session: null };

export function stationBy(rule: string): Actor {
  return { ...STATION, via: `rule:${rule}` };
}

/** The station as the actor for what the holder of a claim did. It names the worker where another host did the work. */
export function stationFor({ host }: Pick<Claim, 'host'>): Actor {
  return host === STATION_HOST ? STATION : { ...STATION, via: `worker:${host}` };
}

/** Who acted, as rows keep them: what an entry tells of the request that it comes from belongs to the entry alone. */
export function whoOnly({ knownBy: _, requestId: __, ...who }: Actor): Omit<Actor, 'knownBy' | 'requestId'> {
  return who;
}

/** The one printed form: `station`, `station (rule:sole)`, `cli:root`, `user:041234`, and `cli (loopback)` where nobody is named. */
export function actorText({ kind, id, via }: Pick<Actor, 'kind' | 'id' | 'via'>): string {
  if (id !== null) return `${kind}:${id}`;
  return via === null ? kind : `${kind} (${via})`;
}
