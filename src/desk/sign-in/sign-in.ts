import type { Actor } from '#domain/custody/actor';
import { RecoveryCodeUsed } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError, isFailure } from '#domain/errors';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import { hasSameRoles, type SignInMethod } from '#domain/sign-in/session';
import { newTotpSecret, recoveryCodeSha256, stepOfCode, totpUri } from '#domain/sign-in/totp';
import type { LedgerWriter } from '#ports/ledger';
import { tryKeys } from './lock-out.ts';
import type { Origin, SignInDeps } from './parts.ts';
import type { PendingProof } from './pending-proofs.ts';
import { type Proven, provePassword } from './prove-password.ts';
import { writeSecondFactor } from './second-factor.ts';
import { beginSession, type NewSession } from './sessions.ts';

/** What comes after the password. */
export type SignInStep =
  | ({ readonly state: 'signed-in'; readonly user: User; readonly recoveryCodes: readonly string[] | null } & NewSession)
  /** A code of the second factor is asked for, or one of a second factor that is shown now and must be had from now on. */
  | { readonly state: 'code'; readonly pending: string; readonly seconds: number }
  | { readonly state: 'enrol'; readonly pending: string; readonly seconds: number; readonly secret: string; readonly uri: string };

interface Asked {
  readonly from: Origin;
  /** Session with which the browser came; null: with none. */
  readonly present: string | null;
}

/** The first step: account and password. Throws sign-in.wrong, sign-in.locked, request.too-many. */
export async function signIn(
  deps: SignInDeps,
  { account, password, from, present }: Asked & { account: string; password: string },
): Promise<SignInStep> {
  const proven = await provePassword(deps, { account, password, from });
  const { user, credentials, keys } = proven;
  const proof = { user: user.id, session: null, account: keys.account };
  const { pending } = deps.signIn;
  if (credentials.totp !== null) {
    const { token, seconds } = pending.begin({ ...proof, wants: 'code', secret: null });
    return { state: 'code', pending: token, seconds };
  }
  if (user.roles.some((role) => deps.signIn.totpRoles.includes(role))) {
    const secret = newTotpSecret();
    const { token, seconds } = pending.begin({ ...proof, wants: 'enrol', secret });
    const uri = totpUri({ secret, issuer: deps.facts.stationName, account: user.account });
    return { state: 'enrol', pending: token, seconds, secret, uri };
  }
  const begun = await deps.ledger.transaction(async (writer) => {
    const active = await demandActive(writer, user);
    // With another role they may need a second factor.
    if (!hasSameRoles(active.roles, user.roles)) throw new EvidockError('sign-in.ended', because('begin-again', {}));
    await keepNewHash(writer, proven);
    return beginSession(writer, deps, { user: active, method: 'password', from, replaces: present });
  });
  deps.signIn.lockOut.opened(keys);
  return { state: 'signed-in', user, recoveryCodes: null, ...begun };
}

async function keepNewHash(writer: LedgerWriter, { user, newHash }: Proven): Promise<void> {
  if (newHash !== null) await writer.signIn.replaceHash(user.id, newHash.old, newHash.phc);
}

/** Hashing takes a while, and so does finding a phone. Whoever was suspended meanwhile does not come in. */
async function demandActive(writer: LedgerWriter, { id }: Pick<User, 'id'>): Promise<User> {
  const user = await writer.people.user(id);
  if (user?.state === 'active') return user;
  throw new EvidockError('sign-in.ended', because('begin-again', {}));
}

/** The second step: a code of the app, or one from paper. Each is taken once. Throws sign-in.wrong, sign-in.locked, sign-in.ended. */
export async function signInWithCode(
  deps: SignInDeps,
  { pending, code, from, present }: Asked & { pending: string; code: string },
): Promise<Extract<SignInStep, { state: 'signed-in' }>> {
  const parts = deps.signIn;
  const proof = parts.pending.demand(pending);
  if (proof.session !== null) throw new EvidockError('sign-in.ended', because('begin-again', {}));
  const keys = { account: proof.account, address: tryKeys('', from.address).address };
  const tried = { user: proof.user, account: keys.account, address: from.address };
  try {
    parts.lockOut.demandOpen(keys);
    const begun = await deps.ledger.transaction((writer) => takeCode(writer, deps, { proof, code, from, present }));
    parts.pending.end(pending);
    parts.lockOut.opened(keys);
    return begun;
  } catch (error) {
    if (isFailure(error, 'sign-in.wrong')) {
      parts.pending.failed(pending);
      parts.failures.add({ ...tried, refused: false, locks: parts.lockOut.failed(keys) });
    } else if (isFailure(error, 'sign-in.locked')) parts.failures.add({ ...tried, refused: true, locks: [] });
    throw error;
  }
}

async function takeCode(
  writer: LedgerWriter,
  deps: SignInDeps,
  { proof, code, from, present }: Asked & { proof: PendingProof; code: string },
): Promise<Extract<SignInStep, { state: 'signed-in' }>> {
  const user = await demandActive(writer, { id: proof.user });
  const begin = async (method: SignInMethod, recoveryCodes: readonly string[] | null) => {
    const begun = await beginSession(writer, deps, { user, method, from, replaces: present });
    return { state: 'signed-in' as const, user, recoveryCodes, ...begun };
  };
  if (proof.wants === 'enrol') {
    const step = stepOfCode(proof.secret ?? '', code, deps.clock.nowMs());
    // Somebody else who knows the password may have set one meanwhile: theirs is not replaced.
    if (step === null || (await writer.signIn.credentials(user.id))?.totp) throw wrongCode();
    const begun = await begin('password+totp', null);
    const actor: Actor = { kind: 'user', id: user.id, via: 'network', session: begun.session.id };
    const recoveryCodes = await writeSecondFactor(writer, deps, { user: user.id, secret: proof.secret ?? '', step, actor });
    return { ...begun, recoveryCodes };
  }
  const totp = (await writer.signIn.credentials(user.id))?.totp;
  const step = totp ? stepOfCode(totp.secret, code, deps.clock.nowMs()) : null;
  if (step !== null) {
    if (!(await writer.signIn.useStep(user.id, step))) throw wrongCode();
    return begin('password+totp', null);
  }
  const sha256 = totp ? recoveryCodeSha256(code) : null;
  if (sha256 === null || !(await writer.signIn.useRecoveryCode(user.id, sha256, deps.clock.nowMs()))) throw wrongCode();
  const begun = await begin('password+recovery-code', null);
  const actor: Actor = { kind: 'user', id: user.id, via: 'network', session: begun.session.id };
  const left = (await writer.signIn.credentials(user.id))?.codesLeft ?? 0;
  const atMs = deps.clock.nowMs();
  await writer.custody.append(RecoveryCodeUsed.make({ atMs, actor, subject: subject('user', user.id), data: { left } }));
  return begun;
}

function wrongCode(): EvidockError {
  return new EvidockError('sign-in.wrong', because('wrong-code', {}));
}
