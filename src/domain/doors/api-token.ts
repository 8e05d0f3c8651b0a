/** With what the text of a token begins, so that a scan for secrets finds one that has leaked. */
export const TOKEN_PREFIX = 'evd_';
/** 256 random bits in base64url (RFC 4648, section 5) after the prefix. */
const TOKEN_TEXT = /^evd_[A-Za-z0-9_-]{43}$/;
/** Tokens of one owner that have not ended. */
export const TOKENS_OF_OWNER_MAX = 50;
/** The last use is written at most once in this time, so that a busy program does not make the ledger write with each request. */
export const LAST_USE_MS = 60_000;

/** Why a token is good no more before its time. */
export const TOKEN_ENDS = ['revoked', 'owner-suspended', 'owner-left'] as const;
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

/** Whether a token is good at a moment. A clock that was set back makes no token good for longer than it was made for. */
export function isTokenGood(token: Pick<ApiToken, 'madeAtMs' | 'expiresAtMs' | 'endedAtMs'>, nowMs: number): boolean {
  return token.endedAtMs === null && nowMs < token.expiresAtMs;
}
