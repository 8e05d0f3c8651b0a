import type { DeskDeps } from '#desk/deps';
import { whichKiosk, whoBears } from '#desk/doors/who-comes';
import { sessionOfToken } from './sessions.ts';
import type { Credentials, SignedIn } from './signed-in.ts';

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
