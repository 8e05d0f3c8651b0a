import type { ApiToken, TokenEnd } from '#domain/doors/api-token';
import type { Badge, Confirmation, Pin } from '#domain/doors/badge';
import type { Kiosk } from '#domain/doors/kiosk';
import type { Page } from './page.ts';

/** Ways in beside the password: tokens of programs, paired kiosks, badges and PINs. */
export interface DoorsReader {
  token(id: string): Promise<ApiToken | null>;
  /** The token whose text has this SHA-256, also one that has ended; null if there is none. */
  tokenBySecret(secretSha256: string): Promise<ApiToken | null>;
  /** Sorted by id, so oldest first, with those that have ended. `owner`: only tokens of this user. */
  tokens(page: Page & { readonly owner?: string }): Promise<readonly ApiToken[]>;
  /** Tokens of a user that were not ended, sorted by id, at most TOKENS_OF_OWNER_MAX. One that has expired counts until it is ended. */
  openTokens(owner: string): Promise<readonly ApiToken[]>;
  kiosk(id: string): Promise<Kiosk | null>;
  /** The kiosk whose cookie has this SHA-256, also one that was revoked; null if there is none. */
  kioskBySecret(secretSha256: string): Promise<Kiosk | null>;
  /** Sorted by id, with revoked ones. */
  kiosks(page: Page): Promise<readonly Kiosk[]>;
  pin(user: string): Promise<Pin | null>;
  badge(badgeSha256: string): Promise<Badge | null>;
  badgeOf(user: string): Promise<Badge | null>;
  /** What this user confirmed of these dockings; at most 1000 dockings. */
  confirmations(user: string, dockings: readonly string[]): Promise<readonly Confirmation[]>;
}

export interface DoorsWriter {
  insertToken(token: ApiToken): Promise<void>;
  noteTokenUse(id: string, atMs: number): Promise<void>;
  /** Throws request.not-found where no such token is open. */
  endToken(id: string, end: { readonly atMs: number; readonly why: TokenEnd }): Promise<void>;
  insertKiosk(kiosk: Kiosk): Promise<void>;
  noteKioskSeen(id: string, atMs: number): Promise<void>;
  /** Throws request.not-found where no such kiosk is paired. */
  revokeKiosk(id: string, atMs: number): Promise<void>;
  /** Sets the PIN of a user, in place of the one before. */
  setPin(pin: Pin): Promise<void>;
  removePin(user: string): Promise<void>;
  /** Gives a user a badge, in place of the one before. Throws request.conflict where somebody else has it. */
  assignBadge(badge: Badge): Promise<void>;
  removeBadge(user: string): Promise<void>;
  confirm(confirmation: Confirmation): Promise<void>;
}
