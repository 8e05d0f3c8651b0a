/** With what the text of a token begins, so that a scan for secrets finds one that has leaked. */
export const TOKEN_PREFIX = 'evd_';
/** 256 random bits in base64url (RFC 4648, section 5) after the prefix. */
const TOKEN_TEXT = /^evd_[A-Za-z0-9_-]{43}$/;
/** Tokens of one owner that have not ended. */
export const TOKENS_OF_OWNER_MAX = 50;
/** The last use is written at most once in this time, so that a busy program does not make the ledger write with each request. */
export const LAST_USE_MS = 60_000;

/** Why a token is good no more. `expired` is written where room is made for another one. */
export const TOKEN_ENDS = ['revoked', 'expired', 'owner-suspended', 'owner-left'] as const;
export type TokenEnd = (typeof TOKEN_ENDS)[number];

/** A program's way in, as the ledger keeps it. The text of the token itself is shown once and kept nowhere. */
export interface ApiToken {
  /** `tok-…` */
  readonly id: string;
  /** Id of the user whose rights it has, as far as its scopes go. */
  readonly owner: string;
  /** What it is for, in the owner's words. */
  readonly name: string;
  /** Names of tasks and actions. What its owner may not do now, it may not do either. */
  readonly scopes: readonly string[];
  readonly secretSha256: string;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  /** At most LAST_USE_MS old; null: never used. */
  readonly lastUseAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly ended: TokenEnd | null;
}

/** Whether a text could be a token at all. What cannot be one is not looked up. */
export function isTokenText(text: string): boolean {
  return TOKEN_TEXT.test(text);
}

/** How far the clock may be set back before a token counts as not made yet. */
const SET_BACK_MS_MAX = 600_000;

/** Whether a token is good at a moment. A clock that was set back far does not make an old token good for longer: until it is right again, none is. */
export function isTokenGood(
  { madeAtMs, expiresAtMs, endedAtMs }: Pick<ApiToken, 'madeAtMs' | 'expiresAtMs' | 'endedAtMs'>,
  nowMs: number,
): boolean {
  return endedAtMs === null && nowMs < expiresAtMs && nowMs >= madeAtMs - SET_BACK_MS_MAX;
}
