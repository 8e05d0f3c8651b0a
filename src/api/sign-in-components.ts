import { named } from './named.ts';
import {
  CodeBody,
  OwnPasswordBody,
  PasswordBody,
  PasswordSetJson,
  RecoveryCodesJson,
  SecondFactorShownJson,
  SessionJson,
  SetUpBody,
  SignInBody,
  SignInJson,
  WhoAmIJson,
} from './sign-in.ts';

const at = '2026-06-20T15:30:00.000+08:00';
const session = {
  ...{ id: 'ssn-01jybqe2v7k3m9', user: 'usr-01jybqe2v7k3m9', account: 'zhang.san', name: '张三', method: 'password+totp' as const },
  ...{ address: '10.20.30.40', agent: 'Firefox', began: at, used: at, endsSeconds: 1800, limitSeconds: 43_000, present: true },
};

/** Schemas of signing in and of what belongs to an account, each with an example. */
export const SIGN_IN_COMPONENTS = {
  SignInBody: named(SignInBody, { account: 'zhang.san', password: 'four words of your own' }),
  SignIn: named(SignInJson, {
    ...{ state: 'code', session: null, pending: 'not-a-token-but-43-characters-of-base64url0', pendingSeconds: 300 },
    ...{ secret: null, uri: null, recoveryCodes: null },
  }),
  CodeBody: named(CodeBody, { pending: 'not-a-token-but-43-characters-of-base64url0', code: '492039' }),
  Session: named(SessionJson, session),
  WhoAmI: named(WhoAmIJson, {
    ...{ kind: 'user', id: session.user, name: '张三', account: 'zhang.san', officer: '041234', unit: 'unt-01jybqe2v7k3m9' },
    ...{ roles: ['officer'], tasks: ['own-account', 'find-footage', 'show-footage', 'tag-footage'], session },
    secondFactor: { set: true, needed: false, recoveryCodesLeft: 9 },
  }),
  OwnPasswordBody: named(OwnPasswordBody, { old: 'four words of your own', password: 'other words that nobody says' }),
  PasswordBody: named(PasswordBody, { password: 'four words of your own' }),
  PasswordSet: named(PasswordSetJson, { account: 'zhang.san' }),
  SetUpBody: named(SetUpBody, { token: 'not-a-token-but-43-characters-of-base64url0', password: 'four words of your own' }),
  SecondFactorShown: named(SecondFactorShownJson, {
    ...{ pending: 'not-a-token-but-43-characters-of-base64url0', pendingSeconds: 300, secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
    uri: 'otpauth://totp/Evidock:zhang.san?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Evidock',
  }),
  RecoveryCodes: named(RecoveryCodesJson, { recoveryCodes: ['3f7k2m-9qwx41-c8v0zt-5hn6pa'] }),
} as const;
