import Type from 'typebox';
import { SESSION_ENDS, SIGN_IN_METHODS } from '#domain/sign-in/session';
import { defineEntry } from './define-entry.ts';
import { code, count, id, words } from './fields.ts';
import { subject } from './subject.ts';

const USER = subject('user', 'usr-01jz0000000-station1-0123456789');
const SESSION = 'ssn-01jz0000000-station1-0123456789';
const ADDRESS = '10.20.30.40';

const from = () => ({ address: words('Address from which it came.'), agent: words('What the browser called itself.') });

export const SessionBegan = defineEntry({
  type: 'session.began',
  about: ['user'],
  tells: 'Somebody signed in.',
  data: { session: id('Id of the session.'), method: code(`${SIGN_IN_METHODS.join(', ')}.`) },
  personal: from(),
  example: { subject: USER, data: { session: SESSION, method: 'password+totp' }, personal: { address: ADDRESS, agent: 'Firefox' } },
});

export const SessionEnded = defineEntry({
  type: 'session.ended',
  about: ['user'],
  tells: 'A session holds no more.',
  data: { session: id('Id of the session.'), why: code(`${SESSION_ENDS.join(', ')}.`) },
  example: { subject: USER, data: { session: SESSION, why: 'idle' } },
});

const folded = () => ({
  failures: count('Tries that failed since the last such entry.'),
  refused: count('Tries that were refused unlooked at, because account or address was locked.'),
  from: Type.String({ maxLength: 40, description: 'Time of the first of these, RFC 3339, in UTC.' }),
  until: Type.String({ maxLength: 40, description: 'Time of the last.' }),
});

export const SignInFailed = defineEntry({
  type: 'sign-in.failed',
  about: ['user', 'station'],
  tells:
    'Tries to sign in failed. What fails for one account within a minute is one entry. The entry about the station has those of accounts that nobody has, and of the many accounts of a storm.',
  data: {
    ...folded(),
    accounts: count('How many accounts were tried, 1000 at most.'),
    locks: count('How often an account or address was locked.'),
    lockSeconds: count('The longest of these locks, seconds.'),
  },
  personal: { addresses: Type.Array(words(), { description: 'Addresses, those with most failures first, 20 at most.' }) },
  example: {
    subject: USER,
    data: {
      ...{ failures: 6, refused: 2, from: '2026-11-26T08:00:00.000Z', until: '2026-11-26T08:00:41.000Z' },
      ...{ accounts: 1, locks: 1, lockSeconds: 4 },
    },
    personal: { addresses: [ADDRESS] },
  },
});

export const PasswordSet = defineEntry({
  type: 'password.set',
  about: ['user'],
  tells: 'Somebody has another password; neither it nor its hash is in the log.',
  data: { how: code('own: by its owner, who gave the old one; link: by a one-time link; cli: on the machine.') },
  example: { subject: USER, data: { how: 'own' } },
});

export const TotpSet = defineEntry({
  type: 'totp.set',
  about: ['user'],
  tells: 'Somebody has a second factor from now on, and has shown a code of it.',
  example: { subject: USER },
});

export const TotpRemoved = defineEntry({
  type: 'totp.removed',
  about: ['user'],
  tells: 'Somebody has no second factor any more; their recovery codes went with it.',
  example: { subject: USER },
});

export const RecoveryCodesMade = defineEntry({
  type: 'recovery-codes.made',
  about: ['user'],
  tells: 'Recovery codes were made; those of before are good no more.',
  data: { codes: count('How many.') },
  example: { subject: USER, data: { codes: 10 } },
});

export const RecoveryCodeUsed = defineEntry({
  type: 'recovery-code.used',
  about: ['user'],
  tells: 'A recovery code took the place of the second factor, once.',
  data: { left: count('Codes that are left.') },
  example: { subject: USER, data: { left: 9 } },
});

export const SIGN_IN_ENTRIES = [
  ...[SessionBegan, SessionEnded, SignInFailed, PasswordSet],
  ...[TotpSet, TotpRemoved, RecoveryCodesMade, RecoveryCodeUsed],
] as const;
