import type { Role } from '#domain/access/roles';

/** `active`: may sign in; `suspended`: may not for now; `left`: does not work here any more, and has neither roles nor unit. */
export const USER_STATES = ['active', 'suspended', 'left'] as const;
export type UserState = (typeof USER_STATES)[number];

/** A person with an account 用户. */
export interface User {
  /** `usr-…` */
  readonly id: string;
  /** What they sign in with, lower case. It never changes, and is never given to somebody else. */
  readonly account: string;
  readonly name: string;
  /** Number in the officer registry; null if they are no officer. Nobody else who works here has it. */
  readonly officer: string | null;
  /** Id of the unit to which they belong today; null: to none. */
  readonly unit: string | null;
  /** In the order of ROLES, each once. */
  readonly roles: readonly Role[];
  readonly state: UserState;
  readonly createdAtMs: number;
}

/** One user belongs to one unit from this moment on, until their next one. */
export interface Membership {
  readonly user: string;
  /** Id; null: they belong to none from then on. */
  readonly unit: string | null;
  readonly fromMs: number;
  /** The first moment after it; null while it lasts. */
  readonly toMs: number | null;
}

/** A link with which a user sets their password once. A user has one at most: a new one replaces the one before. */
export interface SetUpLink {
  readonly user: string;
  /** SHA-256 of the token, hex: the token itself is never kept. */
  readonly tokenSha256: string;
  readonly madeAtMs: number;
  /** The first moment at which it is good no more. */
  readonly endsAtMs: number;
}

export const SET_UP_MS = 24 * 3_600_000;
/** A clock that was set back by more than this would keep links good for longer than they were given. */
const CLOCK_BACK_MS_MAX = 600_000;

/** Whether a link may be used at a moment. */
export function isGood({ madeAtMs, endsAtMs }: SetUpLink, atMs: number): boolean {
  return atMs < endsAtMs && atMs >= madeAtMs - CLOCK_BACK_MS_MAX;
}

export const NAME_MAX = 100;
const ACCOUNT = /^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/;

/** The form in which an account is kept and looked for: `Zhang.San ` is `zhang.san`. null if no account can be called that. */
export function accountOf(text: string): string | null {
  const plain = text.trim().toLowerCase();
  return ACCOUNT.test(plain) ? plain : null;
}
