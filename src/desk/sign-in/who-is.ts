import type { DeskDeps } from '#desk/deps';
import type { Role } from '#domain/access/roles';
import type { Task } from '#domain/access/tasks';
import { sessionOfToken } from './sessions.ts';

/** What a request over the network shows of who sends it. */
export interface Credentials {
  /** Value of the session cookie. */
  readonly cookie?: string;
  /** Value of the header Authorization behind `Bearer `. */
  readonly bearer?: string;
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
  /** The person, who is active; the owner of a token. null: a kiosk. */
  readonly user: Person | null;
  /** Id of the session; null: a token or a kiosk. */
  readonly session: string | null;
  /** Of a token: what it may be used for at most. null: whatever its owner may. */
  readonly tokenScopes: readonly Task[] | null;
}

type WhoIsDeps = Pick<DeskDeps, 'ledger' | 'signIn'>;

/**
 * Who sends a request; null: nobody whom the station knows. A session that ended, a token that expired, a person who left: nobody. Asked once for each request,
 * and again while a stream is open. Throws ledger.failed: then nothing is shown.
 */
export async function whoIs(deps: WhoIsDeps, { cookie, isUse = true }: Credentials): Promise<SignedIn | null> {
  if (cookie === undefined) return null;
  const found = await sessionOfToken(deps, cookie);
  if (!found) return null;
  const { session, user } = found;
  // The ledger is told of it once a minute (SignInKeeper), so that no request waits for a write.
  if (isUse) deps.signIn.times.used(session);
  return { kind: 'user', id: user.id, name: user.name, user, session: session.id, tokenScopes: null };
}
