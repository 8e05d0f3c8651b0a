import { userOfToken, useSetUpLink } from '#desk/people/set-up';
import type { Actor } from '#domain/custody/actor';
import { PasswordSet } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { accountOf, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import { normalPassword, passwordFault } from '#domain/sign-in/password';
import type { LedgerWriter } from '#ports/ledger';
import { tryKeys } from './lock-out.ts';
import type { SignInDeps } from './parts.ts';
import { provePassword } from './prove-password.ts';
import type { OwnRequest } from './second-factor.ts';
import { beginSession, endSessionsOf, type NewSession } from './sessions.ts';

/** Who chose the password: its owner, who gave the old one; whoever has a one-time link; somebody on the machine. */
type How = 'own' | 'link' | 'cli';

/** Checks a new password and hashes it, before any transaction. Throws sign-in.password-refused, request.too-many. */
async function hashNewPassword(
  { signIn, facts }: Pick<SignInDeps, 'signIn' | 'facts'>,
  { password, user }: { password: string; user: Pick<User, 'account' | 'name'> },
): Promise<string> {
  const guessable = { common: await signIn.commonPasswords(), own: [user.account, user.name, facts.stationName, facts.stationId] };
  const fault = passwordFault(password, guessable);
  const normal = normalPassword(password);
  if (fault !== null || normal === null) throw new EvidockError('sign-in.password-refused', fault ?? because('password-characters', {}));
  return signIn.hasher.hash(normal);
}

/** Writes a password in the transaction of whoever calls, on record. All sessions of its owner end. */
async function writePassword(
  writer: LedgerWriter,
  deps: SignInDeps,
  { user, phc, how, actor }: { user: Pick<User, 'id' | 'account'>; phc: string; how: How; actor: Actor },
): Promise<void> {
  const atMs = deps.clock.nowMs();
  await writer.signIn.setPassword(user.id, phc, atMs);
  await writer.custody.append(PasswordSet.make({ atMs, actor, subject: subject('user', user.id), data: { how } }));
  await endSessionsOf(writer, deps, { user: user.id, why: 'password', actor });
  deps.signIn.pending.endAllOf(user.id);
  deps.signIn.lockOut.opened(tryKeys(user.account, null));
}

/**
 * Somebody changes their own password. This session goes on with another token, all others end. Throws sign-in.wrong, sign-in.locked,
 * sign-in.password-refused.
 */
export async function changeOwnPassword(
  deps: SignInDeps,
  { user, session, from, actor, old, password }: OwnRequest & { old: string; password: string },
): Promise<NewSession> {
  await provePassword(deps, { account: user.account, password: old, from });
  const phc = await hashNewPassword(deps, { password, user });
  return deps.ledger.transaction(async (writer) => {
    const present = await writer.signIn.session(session);
    if (!present) throw new EvidockError('sign-in.ended', because('begin-again', {}));
    await writePassword(writer, deps, { user, phc, how: 'own', actor });
    return beginSession(writer, deps, { user, method: present.method, from, replaces: null });
  });
}

/** Somebody on the machine sets a password. Throws request.not-found, request.conflict, sign-in.password-refused. */
export async function setPasswordOnMachine(
  deps: SignInDeps,
  { account, password, actor }: { account: string; password: string; actor: Actor },
): Promise<User> {
  const user = await deps.ledger.people.userByAccount(accountOf(account) ?? '');
  if (!user) throw new EvidockError('request.not-found', because('no-account', { account }));
  if (user.state === 'left') throw new EvidockError('request.conflict', because('user-left', { account: user.account }));
  const phc = await hashNewPassword(deps, { password, user });
  await deps.ledger.transaction((writer) => writePassword(writer, deps, { user, phc, how: 'cli', actor }));
  return user;
}

/** Sets a password by a one-time link. Throws request.not-found for a link that is good no more, sign-in.password-refused. */
export async function setPasswordByLink(deps: SignInDeps, { token, password }: { token: string; password: string }): Promise<User> {
  const atMs = deps.clock.nowMs();
  const phc = await hashNewPassword(deps, { password, user: await userOfToken(deps.ledger, token, atMs) });
  const actorOf = ({ id }: User): Actor => ({ kind: 'user', id, via: 'link', session: null });
  return deps.ledger.transaction(async (writer) => {
    const user = await useSetUpLink(writer, token, { atMs, actorOf });
    await writePassword(writer, deps, { user, phc, how: 'link', actor: actorOf(user) });
    return user;
  });
}
