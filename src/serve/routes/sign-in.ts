import type { Static } from 'typebox';
import {
  AccountParams,
  CodeBody,
  OwnPasswordBody,
  PasswordBody,
  PasswordSetJson,
  RecoveryCodesJson,
  SecondFactorShownJson,
  SetUpBody,
  SignInBody,
  SignInJson,
  UserParams,
} from '#api/sign-in';
import type { DeskDeps } from '#desk/deps';
import { changeOwnPassword, setPasswordByLink, setPasswordOnMachine } from '#desk/sign-in/passwords';
import {
  beginSecondFactor,
  type OwnRequest,
  proveSecondFactor,
  removeOwnSecondFactor,
  renewRecoveryCodes,
  resetSecondFactor,
} from '#desk/sign-in/second-factor';
import { type SignInStep, signIn, signInWithCode } from '#desk/sign-in/sign-in';
import type { CustodyType } from '#domain/custody/catalogue';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Cookies } from '#serve/cookies';
import { actorOf, type Principal } from '#serve/principal';
import { command, type Route } from '#serve/route';

const BEGUN: readonly CustodyType[] = ['session.began', 'session.ended'];
const FACTOR_SET: readonly CustodyType[] = ['totp.set', 'recovery-codes.made'];

/** A person in a session of theirs. A token or the control socket may not change how somebody proves who they are. */
async function ownOf({ ledger }: Pick<DeskDeps, 'ledger'>, principal: Principal): Promise<OwnRequest> {
  const { kind, id, session, address, agent } = principal;
  const user = kind === 'user' && id !== null ? await ledger.people.user(id) : null;
  if (!user || session === null) throw new EvidockError('request.forbidden', because('needs-session', {}));
  return { user, session, from: { address, agent }, actor: actorOf(principal) };
}

interface Session {
  readonly deps: Pick<DeskDeps, 'signIn'>;
  readonly cookies: Cookies;
}

/** The browser gets the token of its session, which no answer shows. */
function giveSession({ deps: { signIn: parts }, cookies }: Session, token: string): void {
  cookies.set('session', token, Math.ceil(parts.limits.wholeMs / 1000));
}

function stepAnswer(to: Session, step: SignInStep): Static<typeof SignInJson> {
  const nothing = { session: null, pending: null, pendingSeconds: null, secret: null, uri: null, recoveryCodes: null };
  if (step.state === 'signed-in') {
    giveSession(to, step.token);
    return {
      ...nothing,
      state: step.state,
      session: step.session.id,
      recoveryCodes: step.recoveryCodes === null ? null : [...step.recoveryCodes],
    };
  }
  const { state, pending, seconds: pendingSeconds } = step;
  const shown = step.state === 'enrol' ? { secret: step.secret, uri: step.uri } : {};
  return { ...nothing, state, pending, pendingSeconds, ...shown };
}

export const signInRoutes: readonly Route[] = [
  command({
    method: 'POST',
    url: '/api/v1/session',
    needs: 'nothing',
    reads: 'station',
    summary: 'Signs in by account and password; a second factor may be asked for',
    custody: BEGUN,
    keyless: true,
    schema: { body: SignInBody, response: SignInJson },
    handle: async ({ deps }, { body, principal: { address, agent, session }, custody, cookies }) => {
      const step = await signIn(deps, { ...body, from: { address, agent }, present: session });
      if (step.state !== 'signed-in') custody.unchanged();
      return stepAnswer({ deps, cookies }, step);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/session/code',
    needs: 'nothing',
    reads: 'station',
    summary: 'Second step of signing in: a code of the second factor, or a recovery code',
    custody: [...BEGUN, ...FACTOR_SET, 'recovery-code.used'],
    keyless: true,
    schema: { body: CodeBody, response: SignInJson },
    handle: async ({ deps }, { body, principal: { address, agent, session }, cookies }) =>
      stepAnswer({ deps, cookies }, await signInWithCode(deps, { ...body, from: { address, agent }, present: session })),
  }),
  command({
    method: 'PUT',
    url: '/api/v1/session/password',
    needs: 'own-account',
    reads: 'station',
    summary: 'Changes one’s own password; all other sessions end, and this one gets another cookie',
    custody: [...BEGUN, 'password.set'],
    schema: { body: OwnPasswordBody },
    handle: async ({ deps }, { body, principal, cookies }) => {
      const { token } = await changeOwnPassword(deps, { ...(await ownOf(deps, principal)), ...body });
      giveSession({ deps, cookies }, token);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/session/second-factor',
    needs: 'own-account',
    reads: 'station',
    summary: 'Shows the secret of a new second factor; it counts once a code of it was sent',
    custody: null,
    keyless: true,
    schema: { body: PasswordBody, response: SecondFactorShownJson },
    handle: async ({ deps }, { body, principal }) => {
      const { seconds: pendingSeconds, ...shown } = await beginSecondFactor(deps, { ...(await ownOf(deps, principal)), ...body });
      return { ...shown, pendingSeconds };
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/session/second-factor',
    needs: 'own-account',
    reads: 'station',
    summary: 'Sets the second factor by a code of it; all other sessions end, and this one gets another cookie',
    custody: [...BEGUN, ...FACTOR_SET],
    schema: { body: CodeBody, response: RecoveryCodesJson },
    handle: async ({ deps }, { body, principal, cookies }) => {
      const { token, recoveryCodes } = await proveSecondFactor(deps, { ...(await ownOf(deps, principal)), ...body });
      giveSession({ deps, cookies }, token);
      return { recoveryCodes };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/session/second-factor/removal',
    needs: 'own-account',
    reads: 'station',
    summary: 'Removes one’s own second factor, unless a role needs it',
    custody: ['totp.removed'],
    keyless: true,
    schema: { body: PasswordBody },
    handle: async ({ deps }, { body, principal }) => removeOwnSecondFactor(deps, { ...(await ownOf(deps, principal)), ...body }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/session/recovery-codes',
    needs: 'own-account',
    reads: 'station',
    summary: 'Makes new recovery codes; those of before are good no more',
    custody: ['recovery-codes.made'],
    keyless: true,
    schema: { body: PasswordBody, response: RecoveryCodesJson },
    handle: async ({ deps }, { body, principal }) => ({
      recoveryCodes: await renewRecoveryCodes(deps, { ...(await ownOf(deps, principal)), ...body }),
    }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/set-up',
    needs: 'nothing',
    reads: 'station',
    summary: 'Sets a password by the token of a one-time link; all sessions of that person end',
    custody: ['user.set-up', 'password.set', 'session.ended'],
    keyless: true,
    schema: { body: SetUpBody, response: PasswordSetJson },
    handle: async ({ deps }, { body }) => ({ account: (await setPasswordByLink(deps, body)).account }),
  }),
  command({
    method: 'PUT',
    url: '/api/v1/accounts/:account/password',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Sets the password of an account, on the machine alone; a security administrator makes a one-time link',
    custody: ['password.set', 'session.ended'],
    schema: { params: AccountParams, body: PasswordBody, response: PasswordSetJson },
    handle: async ({ deps }, { params, body, principal, actor }) => {
      if (principal.kind !== 'cli') throw new EvidockError('request.forbidden', because('only-on-machine', {}));
      return { account: (await setPasswordOnMachine(deps, { ...params, ...body, actor })).account };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/users/:id/second-factor',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Takes away a second factor that was lost; all sessions of that person end',
    custody: ['totp.removed', 'session.ended'],
    schema: { params: UserParams },
    handle: async ({ deps }, { params, actor }) => resetSecondFactor(deps, { user: params.id, actor }),
  }),
];
