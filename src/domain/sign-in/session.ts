import type { Role } from '#domain/access/roles';

/** How somebody showed who they are. */
export const SIGN_IN_METHODS = ['password', 'password+totp', 'password+recovery-code', 'oidc', 'oidc+totp', 'oidc+recovery-code'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** By what the sender of a request is known. `kiosk`: the paired screen alone; `kiosk-visit`: an officer stands before it. */
export type KnownBy = SignInMethod | 'token' | 'kiosk' | 'kiosk-visit' | 'control-socket';

/** Why a session ended. `idle`, `limit`: by time; `user`: the person was suspended, left, or has other roles; `replaced`: the same browser signed in again. */
export const SESSION_ENDS = [
  'signed-out',
  'revoked',
  'idle',
  'limit',
  'user',
  'password',
  'second-factor',
  'replaced',
  'too-many',
] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

/** One sign-in that still holds 会话. A session that has ended has no row: the custody log tells of it. */
export interface Session {
  /** `ssn-…` */
  readonly id: string;
  /** `usr-…` */
  readonly user: string;
  /** SHA-256 of the token, hex. Only the browser has the token itself. */
  readonly tokenSha256: string;
  readonly method: SignInMethod;
  /** The roles with which it began. It does not hold for other ones. */
  readonly roles: readonly Role[];
  readonly address: string | null;
  readonly agent: string | null;
  readonly beganAtMs: number;
  /** When it was last used, as far as that was written. */
  readonly usedAtMs: number;
  /** How long it had lasted then, ms, by a clock that does not jump. */
  readonly ageMs: number;
}

/** Sessions of one user at a time; the one that was used longest ago gives way. */
export const SESSIONS_MAX = 10;
export const AGENT_MAX = 256;

export interface SessionLimits {
  readonly idleMs: number;
  readonly wholeMs: number;
}

/**
 * How old a session is, and for how long it has not been used, when a process first sees it. The time since its last use is that of the wall clock, because no
 * other clock goes on while the station is down. A clock that was set back counts as no time. The age that was written remains, so such a clock cannot prolong
 * a session beyond its limit.
 */
export function ageAtFirstSight(
  { usedAtMs, ageMs }: Pick<Session, 'usedAtMs' | 'ageMs'>,
  nowMs: number,
): { ageMs: number; idleMs: number } {
  const idleMs = Math.max(0, nowMs - usedAtMs);
  return { ageMs: ageMs + idleMs, idleMs };
}

/** By which limit it has ended; null: it holds. */
export function endedByTime({ ageMs, idleMs }: { ageMs: number; idleMs: number }, limits: SessionLimits): 'idle' | 'limit' | null {
  if (ageMs >= limits.wholeMs) return 'limit';
  return idleMs >= limits.idleMs ? 'idle' : null;
}

export function hasSameRoles(one: readonly Role[], other: readonly Role[]): boolean {
  return one.length === other.length && one.every((role) => other.includes(role));
}
