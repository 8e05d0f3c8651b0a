import type { Action } from '#domain/access/policy';
import type { Role } from '#domain/access/roles';
import type { Task } from '#domain/access/tasks';
import type { KnownBy } from '#domain/sign-in/session';

/** What a request over the network shows of who sends it. */
export interface Credentials {
  /** Value of the session cookie. */
  readonly cookie?: string;
  /** Value of the header Authorization behind `Bearer `. */
  readonly bearer?: string;
  /** Value of the cookie of a kiosk, and of that of the officer who stands before it. */
  readonly kiosk?: string;
  readonly visit?: string;
  /** Address it comes from; null where the way in has none. */
  readonly address: string | null;
  /** Header User-Agent, at most 200 characters. */
  readonly agent: string | null;
  /** False: somebody only asks whether it still holds, such as a stream that is open. It does not count as use, so an idle session ends all the same. */
  readonly isUse?: boolean;
}

/** The person behind a session or a token, as they are now. */
interface Person {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly officer: string | null;
  readonly unit: string | null;
  readonly roles: readonly Role[];
}

/** Who a good cookie or bearer token stands for. */
export interface SignedIn {
  readonly kind: 'user' | 'token' | 'kiosk';
  /** Id of the user, of the token or of the kiosk, as custody names it. */
  readonly id: string;
  readonly name: string;
  /** The person, who is active; the owner of a token; the officer who stands before a kiosk. null: a kiosk before which nobody stands. */
  readonly user: Person | null;
  /** Id of the session; null: a token or a kiosk. */
  readonly session: string | null;
  /** How the person signed in, or what else the sender showed. */
  readonly knownBy: Exclude<KnownBy, 'control-socket'>;
  /** Of a token: what it may be used for at most. null: whatever its owner may. */
  readonly tokenScopes: readonly Task[] | null;
  /** Of a token: the actions on a recording that it may be used for at most. null: whatever its owner may. */
  readonly tokenActions: readonly Action[] | null;
  /** Of a kiosk: the slots that it shows; empty: all. null: no kiosk. */
  readonly slots: readonly number[] | null;
}
