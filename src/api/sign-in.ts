import Type, { type Static } from 'typebox';
import { ROLES } from '#domain/access/roles';
import { TASKS } from '#domain/access/tasks';
import { PASSWORD_UNITS_MAX } from '#domain/sign-in/password';
import { SIGN_IN_METHODS } from '#domain/sign-in/session';
import { closed, nullable, oneOf, PAGE } from './common.ts';

/** Schemas of signing in: passwords, second factors, sessions. */

const Password = (description?: string) =>
  Type.String({ maxLength: PASSWORD_UNITS_MAX, ...(description === undefined ? {} : { description }) });
const Account = () => Type.String({ maxLength: 256, description: 'Name of the account.' });
const Pending = () => Type.String({ minLength: 1, maxLength: 128, description: '`pending` of the answer before.' });
const Code = (description: string) => Type.String({ maxLength: 64, description });
const Roles = () => Type.Array(oneOf(ROLES));

export const SignInBody = closed({ account: Account(), password: Password() });

export const CodeBody = closed({ pending: Pending(), code: Code('The six digits of the app, or a recovery code.') });

export const SignInJson = Type.Object({
  state: oneOf(
    ['signed-in', 'code', 'enrol'],
    'signed-in: the answer has set the cookie; code: a code is asked for at /session/code; enrol: a second factor is needed, and begins with a code of the one that is shown here.',
  ),
  session: nullable.text('Id of the session; null: there is none yet.'),
  pending: nullable.text('To be sent with the code; null: none is asked for.'),
  pendingSeconds: nullable.integer('So long a code is waited for.'),
  secret: nullable.text('Of `enrol`: secret of the second factor, base 32, to be typed into an app.'),
  uri: nullable.text('Of `enrol`: the same for a QR code, `otpauth://totp/…`.'),
  recoveryCodes: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'After `enrol`: codes for when the app is lost, each good once; they are never shown again.',
  }),
});

const SecondFactorJson = Type.Object({
  set: Type.Boolean(),
  needed: Type.Boolean({ description: 'A role of this person needs one.' }),
  recoveryCodesLeft: Type.Integer(),
});

export const SessionJson = Type.Object({
  id: Type.String(),
  user: Type.String({ description: 'Id of the user.' }),
  account: nullable.text('null: the account is not there any more.'),
  name: nullable.text(),
  method: oneOf(SIGN_IN_METHODS),
  address: nullable.text('Address from which it began.'),
  agent: nullable.text('What the browser called itself.'),
  began: Type.String(),
  used: Type.String({ description: 'When it was last used.' }),
  endsSeconds: Type.Integer({ description: 'It ends after this time if it is not used.' }),
  limitSeconds: Type.Integer({ description: 'It ends after this time however much it is used.' }),
  present: Type.Boolean({ description: 'It is the one in which this is asked.' }),
});

export const WhoAmIJson = Type.Object({
  kind: oneOf(['user', 'token', 'kiosk', 'cli', 'nobody']),
  id: nullable.text(),
  name: nullable.text(),
  account: nullable.text('null: it is no person with an account.'),
  officer: nullable.text('Number in the officer registry.'),
  unit: nullable.text('Id of the unit.'),
  roles: Roles(),
  tasks: Type.Array(oneOf(TASKS), { description: 'What they may ask for.' }),
  session: Type.Union([SessionJson, Type.Null()]),
  secondFactor: Type.Union([SecondFactorJson, Type.Null()]),
});

export const SessionsQuery = closed({
  ...PAGE,
  user: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Id of a user. Left out: those of all whom one may see.' })),
});

export const SessionParams = closed({ id: Type.String({ minLength: 1, maxLength: 64 }) });
export const AccountParams = closed({ account: Type.String({ minLength: 1, maxLength: 128 }) });
export const UserParams = closed({ id: Type.String({ minLength: 1, maxLength: 64 }) });

export const OwnPasswordBody = closed({ old: Password('The one of now.'), password: Password('The new one.') });
export const PasswordBody = closed({ password: Password() });
export const SetUpBody = closed({
  token: Type.String({ minLength: 1, maxLength: 128, description: 'From the link.' }),
  password: Password('The new one.'),
});

export const SecondFactorShownJson = Type.Object({
  pending: Type.String({ description: 'To be sent with a code of it.' }),
  pendingSeconds: Type.Integer(),
  secret: Type.String({ description: 'Base 32, to be typed into an app.' }),
  uri: Type.String({ description: 'The same for a QR code.' }),
});

export const RecoveryCodesJson = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'Each good once; they are never shown again.' }),
});

export const PasswordSetJson = Type.Object({ account: Type.String() });

export type SessionAnswerJson = Static<typeof SessionJson>;
export type PasswordSetAnswer = Static<typeof PasswordSetJson>;
