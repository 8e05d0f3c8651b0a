import Type, { type Static } from 'typebox';
import { SLOT_PHASES } from '#domain/docking';
import { TOKEN_ENDS } from '#domain/doors/api-token';
import { KIOSK_SLOTS_MAX } from '#domain/doors/kiosk';
import { TOKEN_SCOPES } from '#domain/doors/token-scopes';
import { KINDS } from '#domain/kind';
import { RECORDING_STATES } from '#domain/recording';
import { CATEGORIES } from '#domain/registry';
import { closed, Name, nullable, oneOf, PAGE, ReasonSchema } from './common.ts';
import { BatteryJson } from './slots.ts';

/** Schemas of ways in beside the password: tokens, kiosks, badges and PINs, OpenID Connect. */

const DAYS_MAX = 1100;
const SLOT_MAX = 9999;

export const TokenParams = closed({ id: Name(64) });
export const TokensQuery = closed({
  owner: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Account; only for who manages accounts.' })),
  ...PAGE,
});

export const TokenBody = closed({
  owner: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'Account whose rights it gets; only over the control socket, where it is needed.',
    }),
  ),
  name: Name(100),
  scopes: Type.Array(oneOf(TOKEN_SCOPES), {
    minItems: 1,
    maxItems: TOKEN_SCOPES.length,
    description: 'Tasks and actions that the owner has.',
  }),
  days: Type.Integer({ minimum: 1, maximum: DAYS_MAX, description: 'For how long; doors.tokenDays at most.' }),
});

const token = {
  id: Type.String(),
  owner: Type.String({ description: 'Id of the user.' }),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  madeAt: Type.String(),
  expiresAt: Type.String(),
  lastUseAt: nullable.text('Up to a minute old; null: never used.'),
  endedAt: nullable.text(),
  ended: Type.Unsafe<(typeof TOKEN_ENDS)[number] | null>({
    enum: [...TOKEN_ENDS, null],
    description: 'Why it ended; null: it did not, or only expired.',
  }),
  good: Type.Boolean({ description: 'Whether it is good now.' }),
};

export const TokenJson = Type.Object(token);
export const TokenMadeJson = Type.Object({
  ...token,
  text: Type.String({ description: 'The token itself; shown this once, never kept.' }),
});

export const KioskParams = closed({ id: Name(64) });

export const KioskBody = closed({
  name: Name(64),
  slots: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: SLOT_MAX }), {
      maxItems: KIOSK_SLOTS_MAX,
      description: 'Slots that it shows; empty: all.',
    }),
  ),
});

export const KioskCodeJson = Type.Object({
  id: Type.String(),
  name: Type.String(),
  code: Type.String({ description: 'To be typed at the screen; good once.' }),
  until: Type.String(),
});

export const PairBody = closed({ code: Type.String({ minLength: 1, maxLength: 32 }) });

export const KioskJson = Type.Object({
  id: Type.String(),
  name: Type.String(),
  slots: Type.Array(Type.Integer(), { description: 'Slots that it shows; empty: all.' }),
  pairedAt: Type.String(),
  lastSeenAt: nullable.text('Up to a minute old.'),
  revokedAt: nullable.text(),
});

/** What a kiosk is told of itself, and of the officer who stands before it. */
export const OwnKioskJson = Type.Object({
  id: Type.String(),
  name: Type.String(),
  slots: Type.Array(Type.Integer()),
});

/** A slot as a kiosk shows it: how far its docking is, by codes. No reason stands here, because reasons may name files. */
export const KioskSlotJson = Type.Object({
  slot: Type.Integer(),
  phase: oneOf(SLOT_PHASES),
  dockingId: nullable.text(),
  recorderSerial: nullable.text(),
  officerId: nullable.text(),
  waiting: Type.Unsafe<'disk' | 'turn' | null>({ enum: ['disk', 'turn', null], description: 'What its files wait for.' }),
  first: Type.Boolean({ description: 'Somebody has put it first.' }),
  warning: nullable.text('A code of an error.'),
  problem: nullable.text('A code of an error.'),
  filesListed: Type.Integer(),
  filesSealed: Type.Integer(),
  filesRefused: Type.Integer(),
  bytesListed: Type.Integer(),
  bytesCopied: Type.Integer(),
  bytesPerSecond: Type.Integer(),
  battery: BatteryJson,
  secondsLeft: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  updatedAt: nullable.text(),
});

export const VisitBody = Type.Union([
  closed({ badge: Type.String({ minLength: 1, maxLength: 128 }) }),
  closed({ officer: Name(64), pin: Type.String({ minLength: 1, maxLength: 64 }) }),
]);

export const VisitJson = Type.Object({
  officer: Type.String(),
  name: Type.String(),
  seconds: Type.Integer({ description: 'After so many seconds the officer shows badge or PIN again.' }),
});

export const OwnDockingParams = closed({ id: Name(64) });

export const OwnDockingJson = Type.Object({
  id: Type.String(),
  slot: Type.Integer(),
  state: oneOf(['reading', 'safe', 'problem', 'removed', 'interrupted']),
  arrivedAt: Type.String(),
  safeAt: nullable.text(),
  removedAt: nullable.text(),
  filesListed: Type.Integer(),
  filesKnown: Type.Integer(),
  filesRefused: Type.Integer(),
  confirmedAt: nullable.text('When the officer confirmed it.'),
});

export const ConfirmedJson = Type.Object({ docking: Type.String(), confirmedAt: Type.String() });

export const FirstJson = Type.Object({ docking: Type.String(), slot: Type.Integer() });

export const ClaimedJson = Type.Object({
  docking: Type.String(),
  officer: Type.String(),
  recordings: Type.Integer({ description: 'That had no officer before.' }),
});

/** A recording that the officer before the kiosk brought within the last day: what is needed to tag it, nothing of its footage. */
export const OwnRecordingJson = Type.Object({
  id: Type.String(),
  docking: Type.String(),
  kind: oneOf(KINDS),
  state: oneOf(RECORDING_STATES),
  start: nullable.text(),
  createdAt: Type.String(),
  durationMs: nullable.integer(),
  category: nullable.text(),
  important: Type.Boolean(),
  cases: Type.Array(Type.String()),
  suggestions: Type.Array(Type.Object({ case: Type.String(), title: nullable.text('Of the case.'), reason: ReasonSchema }), {
    description: 'Cases to which it may belong.',
  }),
});

const OWN_RECORDINGS_TAGGED_MAX = 500;
const REMARK_MAX = 200;

export const OwnTagsBody = closed({
  recordings: Type.Array(Name(64), { minItems: 1, maxItems: OWN_RECORDINGS_TAGGED_MAX }),
  case: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'One that is suggested for some of them.' })),
  category: Type.Optional(oneOf(CATEGORIES)),
  important: Type.Optional(Type.Boolean()),
  remark: Type.Optional(Type.String({ minLength: 1, maxLength: REMARK_MAX, description: 'Goes on record with each of them.' })),
});

export const OwnTaggedJson = Type.Object({ changed: Type.Integer({ description: 'Recordings that are tagged otherwise now.' }) });

export const PinBody = closed({ pin: Type.String({ minLength: 1, maxLength: 64 }) });

export const UserParams = closed({ id: Name(64) });
export const BadgeBody = closed({ badge: Type.String({ minLength: 1, maxLength: 128 }) });
export const BadgeJson = Type.Object({
  user: Type.String(),
  ending: Type.String({ description: 'Its last characters.' }),
  assignedAt: Type.String(),
});

export const OidcQuery = closed({
  return: Type.Optional(
    Type.String({ maxLength: 4096, description: 'Path of the station at which the browser is to arrive; any other becomes `/`.' }),
  ),
});

export const SignInWaysJson = Type.Object({
  provider: Type.Boolean({ description: 'One may sign in through a provider: GET /api/v1/sign-in/oidc.' }),
  step: Type.Boolean({
    description: 'This browser comes from the provider and has a second factor to show: GET /api/v1/sign-in/oidc/step.',
  }),
});

export const OidcStepJson = Type.Object({
  state: oneOf(['code', 'enrol'], '`code`: a code of the second factor; `enrol`: one of a second factor that is set up now.'),
  pending: Type.String({ description: 'Sent with the code.' }),
  secret: nullable.text('Of `enrol`: what the app is given, base 32.'),
  uri: nullable.text('Of `enrol`: the same as an otpauth URI.'),
});

export type TokenAnswer = Static<typeof TokenJson>;
export type TokenMadeAnswer = Static<typeof TokenMadeJson>;
export type KioskAnswer = Static<typeof KioskJson>;
export type KioskCodeAnswer = Static<typeof KioskCodeJson>;
export type BadgeAnswer = Static<typeof BadgeJson>;
