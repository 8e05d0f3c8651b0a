/** Texts about signing in, in English. */
export const signInEn = {
  'custody.session.began': 'signed in with {method}',
  'custody.session.ended': 'the session ended ({why})',
  'custody.sign-in.failed':
    '{failures} {failures:try|tries} to sign in failed, {refused} more were refused unlooked at; locked {locks} {locks:time|times}, for {lockSeconds} s at most',
  'custody.password.set': 'the password was set ({how})',
  'custody.totp.set': 'a second factor was set',
  'custody.totp.removed': 'the second factor was removed',
  'custody.recovery-codes.made': '{codes} recovery codes were made',
  'custody.recovery-code.used': 'a recovery code was used; {left} are left',
} as const;
