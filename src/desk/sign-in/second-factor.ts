import type { Actor } from '#domain/custody/actor';
import { RecoveryCodesMade, TotpRemoved, TotpSet } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError, isFailure } from '#domain/errors';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import { newRecoveryCodes, newTotpSecret, recoveryCodeSha256, stepOfCode, totpUri } from '#domain/sign-in/totp';
import type { LedgerWriter } from '#ports/ledger';
import type { Origin, SignInDeps } from './parts.ts';
import { provePassword } from './prove-password.ts';
import { beginSession, endSessionsOf, type NewSession } from './sessions.ts';

/** Who asks for something about their own account, in a session of theirs. */
export interface OwnRequest {
  readonly user: User;
  readonly session: string;
  readonly from: Origin;
  readonly actor: Actor;
}

/** Writes a second factor whose code was shown, and makes recovery codes, which are told this once. */
export async function writeSecondFactor(
  writer: LedgerWriter,
  deps: Pick<SignInDeps, 'clock'>,
  { user, secret, step, actor }: { user: string; secret: string; step: number; actor: Actor },
): Promise<readonly string[]> {
  const atMs = deps.clock.nowMs();
  await writer.signIn.setTotp(user, { secret, atMs });
  // The code that proved it is used up, too.
  await writer.signIn.useStep(user, step);
  await writer.custody.append(TotpSet.make({ atMs, actor, subject: subject('user', user) }));
  return writeRecoveryCodes(writer, deps, { user, actor });
}

async function writeRecoveryCodes(
  writer: LedgerWriter,
  { clock }: Pick<SignInDeps, 'clock'>,
  { user, actor }: { user: string; actor: Actor },
): Promise<readonly string[]> {
  const codes = newRecoveryCodes();
  const atMs = clock.nowMs();
  await writer.signIn.setRecoveryCodes(
    user,
    codes.map((code) => recoveryCodeSha256(code) ?? ''),
    atMs,
  );
  await writer.custody.append(RecoveryCodesMade.make({ atMs, actor, subject: subject('user', user), data: { codes: codes.length } }));
  return codes;
}

/** Shows a new second factor to its owner, who must know the password: a session left open is not enough. Throws sign-in.wrong, sign-in.locked. */
export async function beginSecondFactor(deps: SignInDeps, { user, session, from, password }: OwnRequest & { password: string }) {
  const { keys } = await provePassword(deps, { account: user.account, password, from });
  deps.signIn.lockOut.opened(keys);
  const secret = newTotpSecret();
  const { token, seconds } = deps.signIn.pending.begin({ user: user.id, wants: 'enrol', secret, session, account: keys.account });
  return { pending: token, seconds, secret, uri: totpUri({ secret, issuer: deps.facts.stationName, account: user.account }) };
}

/**
 * Sets a second factor by a code of it. All sessions of its owner end, because they began without it; this one goes on with another token. Throws sign-in.wrong,
 * sign-in.ended.
 */
export async function proveSecondFactor(
  deps: SignInDeps,
  { user, session, from, actor, pending, code }: OwnRequest & { pending: string; code: string },
): Promise<NewSession & { readonly recoveryCodes: readonly string[] }> {
  const proof = deps.signIn.pending.demand(pending);
  if (proof.session !== session || proof.user !== user.id) throw new EvidockError('sign-in.ended', because('begin-again', {}));
  const { secret } = proof;
  try {
    const begun = await deps.ledger.transaction(async (writer) => {
      const step = secret === null ? null : stepOfCode(secret, code, deps.clock.nowMs());
      if (step === null || secret === null) throw new EvidockError('sign-in.wrong', because('wrong-code', {}));
      const recoveryCodes = await writeSecondFactor(writer, deps, { user: user.id, secret, step, actor });
      await endSessionsOf(writer, deps, { user: user.id, why: 'second-factor', actor });
      return { ...(await beginSession(writer, deps, { user, method: 'password+totp', from, replaces: null })), recoveryCodes };
    });
    deps.signIn.pending.end(pending);
    return begun;
  } catch (error) {
    if (isFailure(error, 'sign-in.wrong')) deps.signIn.pending.failed(pending);
    throw error;
  }
}

/** Removes one's own second factor. Throws sign-in.wrong, and request.conflict where a role needs it. */
export async function removeOwnSecondFactor(
  deps: SignInDeps,
  { user, from, actor, password }: OwnRequest & { password: string },
): Promise<void> {
  const needing = user.roles.filter((role) => deps.signIn.totpRoles.includes(role));
  if (needing.length > 0) throw new EvidockError('request.conflict', because('factor-needed', { names: needing }));
  const { keys } = await provePassword(deps, { account: user.account, password, from });
  deps.signIn.lockOut.opened(keys);
  await deps.ledger.transaction((writer) => dropSecondFactor(writer, deps, { user: user.id, actor }));
}

/** New recovery codes for one's own second factor. Throws sign-in.wrong, and request.conflict where there is none. */
export async function renewRecoveryCodes(
  deps: SignInDeps,
  { user, from, actor, password }: OwnRequest & { password: string },
): Promise<readonly string[]> {
  const { keys } = await provePassword(deps, { account: user.account, password, from });
  deps.signIn.lockOut.opened(keys);
  return deps.ledger.transaction(async (writer) => {
    await demandFactor(writer, user.id);
    return writeRecoveryCodes(writer, deps, { user: user.id, actor });
  });
}

/** The security administrator takes away a second factor that was lost. All sessions of its owner end. Throws request.not-found, request.conflict. */
export async function resetSecondFactor(deps: SignInDeps, { user, actor }: { user: string; actor: Actor }): Promise<void> {
  await deps.ledger.transaction(async (writer) => {
    if (!(await writer.people.user(user))) throw new EvidockError('request.not-found', because('no-user-id', { user }));
    if (actor.id === user) throw new EvidockError('request.forbidden', because('own-factor', {}));
    await dropSecondFactor(writer, deps, { user, actor });
    await endSessionsOf(writer, deps, { user, why: 'second-factor', actor });
  });
  deps.signIn.pending.endAllOf(user);
}

async function dropSecondFactor(
  writer: LedgerWriter,
  { clock }: Pick<SignInDeps, 'clock'>,
  { user, actor }: { user: string; actor: Actor },
): Promise<void> {
  await demandFactor(writer, user);
  await writer.signIn.setTotp(user, null);
  await writer.custody.append(TotpRemoved.make({ atMs: clock.nowMs(), actor, subject: subject('user', user) }));
}

async function demandFactor(writer: LedgerWriter, user: string): Promise<void> {
  if (!(await writer.signIn.credentials(user))?.totp) throw new EvidockError('request.conflict', because('no-factor', {}));
}
