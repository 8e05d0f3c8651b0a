import { EvidockError, isFailure } from '#domain/errors';
import { accountOf, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { Credentials } from '#domain/sign-in/credentials';
import { normalPassword } from '#domain/sign-in/password';
import { type TryKeys, tryKeys } from './lock-out.ts';
import type { Origin, SignInDeps } from './parts.ts';

/** Somebody has shown that they know the password of an account. */
export interface Proven {
  readonly user: User;
  readonly credentials: Credentials;
  readonly keys: TryKeys;
  /** The hash of the same password with today's parameters; null: it has these already. */
  readonly newHash: { readonly old: string; readonly phc: string } | null;
}

/**
 * Checks a password. Whether nobody has the account, its owner may not sign in, or has no password: the same reads, the same hash, the same answer. Throws
 * sign-in.wrong, sign-in.locked, request.too-many.
 */
export async function provePassword(
  deps: SignInDeps,
  { account, password, from }: { account: string; password: string; from: Origin },
): Promise<Proven> {
  const { ledger, signIn } = deps;
  const name = accountOf(account);
  const keys = tryKeys(name ?? account, from.address);
  const user = await ledger.people.userByAccount(name ?? '');
  const credentials = await ledger.signIn.credentials(user?.id ?? '');
  const tried = { user: user?.id ?? null, account: keys.account, address: from.address };
  const demandOpen = () => {
    try {
      signIn.lockOut.demandOpen(keys);
    } catch (error) {
      signIn.failures.add({ ...tried, refused: true, locks: [] });
      throw error;
    }
  };
  demandOpen();
  const secret = normalPassword(password);
  const phc = user?.state === 'active' && secret !== null ? (credentials?.password ?? null) : null;
  const { right, outdated } = await signIn.hasher.verify(secret ?? '', phc, demandOpen);
  if (!right || !user || !credentials || phc === null || secret === null) {
    signIn.failures.add({ ...tried, refused: false, locks: signIn.lockOut.failed(keys) });
    throw new EvidockError('sign-in.wrong', because('account-or-password', {}));
  }
  const rehashed = outdated ? await hashIfFree(deps, secret) : null;
  return { user, credentials, keys, newHash: rehashed === null ? null : { old: phc, phc: rehashed } };
}

/** Nobody is kept out because there is no time to hash their password anew: the next sign-in does it. */
async function hashIfFree({ signIn }: SignInDeps, secret: string): Promise<string | null> {
  try {
    return await signIn.hasher.hash(secret);
  } catch (error) {
    if (isFailure(error, 'request.too-many')) return null;
    throw error;
  }
}
