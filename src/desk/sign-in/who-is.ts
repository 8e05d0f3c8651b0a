import type { DeskDeps } from '#desk/deps';
import { whichKiosk, whoBears } from '#desk/doors/who-comes';
import type { Action } from '#domain/access/policy';
import type { Role } from '#domain/access/roles';
import type { Task } from '#domain/access/tasks';
import type { KnownBy } from '#domain/sign-in/session';
import { sessionOfToken } from './sessions.ts';

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

type WhoIsDeps = Pick<DeskDeps, 'ledger' | 'signIn' | 'clock' | 'doors'>;

/**
 * Who sends a request; null: nobody whom the station knows. A session that ended, a token that expired, a person who left: nobody. Asked once for each request,
 * and again while a stream is open. Throws ledger.failed: then nothing is shown.
 */
export async function whoIs(deps: WhoIsDeps, { cookie, bearer, kiosk, visit, isUse = true }: Credentials): Promise<SignedIn | null> {
  // A program that sends a token means the token, whatever its library keeps of cookies.
  if (bearer !== undefined) return whoBears(deps, bearer, isUse);
  const person = cookie === undefined ? null : await whoHasSession(deps, cookie, isUse);
  if (person !== null || kiosk === undefined) return person;
  return whichKiosk(deps, { kiosk, visit }, isUse);
}

async function whoHasSession(deps: WhoIsDeps, cookie: string, isUse: boolean): Promise<SignedIn | null> {
  const found = await sessionOfToken(deps, cookie);
  if (!found) return null;
  const { session, user } = found;
  // The ledger is told of it once a minute (SignInKeeper), so that no request waits for a write.
  if (isUse) deps.signIn.times.used(session);
  const knownBy = session.method;
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    user,
    session: session.id,
    knownBy,
    tokenScopes: null,
    tokenActions: null,
    slots: null,
  };
}
