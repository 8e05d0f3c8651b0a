import { tryKeys } from '#desk/sign-in/lock-out';
import type { Origin, SignInDeps } from '#desk/sign-in/parts';
import { beginSession } from '#desk/sign-in/sessions';
import type { SignInStep } from '#desk/sign-in/sign-in';
import { returnPath } from '#domain/doors/return-path';
import { EvidockError, isFailure } from '#domain/errors';
import { accountOf, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import { newTotpSecret, totpUri } from '#domain/sign-in/totp';
import type { IdentityProvider, ProvenIdentity } from '#ports/identity-provider';
import type { LedgerReader } from '#ports/ledger';
import { PENDING_MS, type SealedPending } from './sealed-pending.ts';

/** A provider through which people may sign in. */
export interface OidcParts {
  readonly provider: IdentityProvider;
  readonly pending: SealedPending;
  /** Name of the claim that says who somebody is. */
  readonly claim: string;
  /** What of a user the claim is compared with. */
  readonly matches: 'account' | 'officer';
  /** Values of `amr` and of `acr` that count as a second factor; empty: none does. */
  readonly amr: readonly string[];
  readonly acr: readonly string[];
}

/** Where the browser is sent, and the cookie that it brings back. Throws sign-in.provider-unreachable, sign-in.provider-refused. */
export async function beginOidc(
  { provider, pending }: OidcParts,
  asked: { readonly returnTo: string | undefined },
): Promise<{ readonly url: string; readonly cookie: string; readonly seconds: number }> {
  const begun = await provider.begin();
  const cookie = pending.seal({ ...begun.pending, returnTo: returnPath(asked.returnTo) });
  return { url: begun.url, cookie, seconds: PENDING_MS / 1000 };
}

interface Back {
  /** Query of the URL with which the browser came back. */
  readonly query: string;
  /** Value of the cookie; undefined: it brought none. */
  readonly cookie: string | undefined;
  readonly from: Origin;
  /** Session with which the browser came; null: with none. */
  readonly present: string | null;
}

/**
 * Ends a sign-in with the provider. Somebody whom the station does not know, who was suspended or who has left is refused in the same words. Throws
 * sign-in.provider-refused, sign-in.provider-unreachable, request.too-many.
 */
export async function finishOidc(
  deps: SignInDeps,
  parts: OidcParts,
  { query, cookie, from, present }: Back,
): Promise<SignInStep & { readonly returnTo: string }> {
  const pending = cookie === undefined ? null : parts.pending.take(cookie);
  if (pending === null) throw new EvidockError('sign-in.provider-refused', because('oidc-other-browser', {}));
  const identity = await proven(deps, parts, { query, pending, from });
  const user = await userOf(deps.ledger, parts, identity);
  if (!user) {
    failed(deps, { account: `${identity.issuer} ${identity.subject}`, from });
    throw new EvidockError('sign-in.provider-refused', because('oidc-nobody', {}));
  }
  const step = isSecondFactor(parts, identity) ? null : await secondFactor(deps, user);
  if (step !== null) return { ...step, returnTo: pending.returnTo };
  const begun = await deps.ledger.transaction(async (writer) => {
    const current = await writer.people.user(user.id);
    if (current?.state !== 'active') throw new EvidockError('sign-in.provider-refused', because('oidc-nobody', {}));
    return beginSession(writer, deps, { user: current, method: 'oidc', from, replaces: present });
  });
  return { state: 'signed-in', user, recoveryCodes: null, ...begun, returnTo: pending.returnTo };
}

type Finishing = Pick<Back, 'query' | 'from'> & { readonly pending: Parameters<IdentityProvider['finish']>[1] };

async function proven(deps: SignInDeps, { provider }: OidcParts, { query, pending, from }: Finishing): Promise<ProvenIdentity> {
  try {
    return await provider.finish(query, pending);
  } catch (error) {
    if (isFailure(error, 'sign-in.provider-refused')) failed(deps, { account: 'provider', from });
    throw error;
  }
}

/** On record with the other failures. Nothing is locked: the provider guards its passwords, and nobody can guess a signature. */
function failed({ signIn }: SignInDeps, { account, from }: { account: string; from: Origin }): void {
  const keys = tryKeys(account, from.address);
  signIn.failures.add({ user: null, account: keys.account, address: from.address, refused: false, locks: [] });
}

/** The user whom the claim names, if they may sign in. Nobody is made one by the provider's word. */
async function userOf(ledger: LedgerReader, { claim, matches }: OidcParts, { claims }: ProvenIdentity): Promise<User | null> {
  const value = claims[claim];
  if (typeof value !== 'string' || value === '') return null;
  // Anybody may enter an address of somebody else at some providers (OpenID Connect Core 1.0, 5.7).
  if (claim === 'email' && claims['email_verified'] !== true) return null;
  const account = accountOf(value);
  const user =
    matches === 'officer' ? await ledger.people.userByOfficer(value) : account === null ? null : await ledger.people.userByAccount(account);
  return user?.state === 'active' ? user : null;
}

/** Whether what the provider says of how it was proven counts as a second factor. */
export function isSecondFactor({ amr, acr }: Pick<OidcParts, 'amr' | 'acr'>, identity: ProvenIdentity): boolean {
  return identity.amr.some((each) => amr.includes(each)) || (identity.acr !== null && acr.includes(identity.acr));
}

/** What is asked for beside the provider's word; null: nothing. */
async function secondFactor(deps: SignInDeps, user: User): Promise<Exclude<SignInStep, { state: 'signed-in' }> | null> {
  const { pending, totpRoles } = deps.signIn;
  const proof = { user: user.id, session: null, account: tryKeys(user.account, null).account, first: 'oidc' as const };
  if ((await deps.ledger.signIn.credentials(user.id))?.totp) {
    const { token, seconds } = pending.begin({ ...proof, wants: 'code', secret: null });
    return { state: 'code', pending: token, seconds };
  }
  if (!user.roles.some((role) => totpRoles.includes(role))) return null;
  const secret = newTotpSecret();
  const { token, seconds } = pending.begin({ ...proof, wants: 'enrol', secret });
  return {
    state: 'enrol',
    pending: token,
    seconds,
    secret,
    uri: totpUri({ secret, issuer: deps.facts.stationName, account: user.account }),
  };
}

/** What has to be shown beside the provider's word. `secret`, `uri`: of a second factor that is to be set up now. */
export interface StepAfter {
  readonly state: 'code' | 'enrol';
  readonly pending: string;
  readonly secret: string | null;
  readonly uri: string | null;
}

/** For the page to which the browser came back: what it has to ask for. Throws sign-in.ended. */
export async function stepAfter({ ledger, signIn, facts }: SignInDeps, pending: string): Promise<StepAfter> {
  const { wants, secret, user } = signIn.pending.demand(pending);
  const { account = '' } = (await ledger.people.user(user)) ?? {};
  return { state: wants, pending, secret, uri: secret === null ? null : totpUri({ secret, issuer: facts.stationName, account }) };
}
