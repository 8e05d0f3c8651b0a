/** What a person proves who they are with. */
export interface Credentials {
  /** `usr-…` */
  readonly user: string;
  /** PHC string of argon2id; null: they have no password and sign in another way, or not yet. */
  readonly password: string | null;
  readonly passwordSetAtMs: number | null;
  /** null: they have no second factor. */
  readonly totp: Totp | null;
  /** Recovery codes that were not used yet. */
  readonly codesLeft: number;
}

/** A time-based one-time password (RFC 6238). */
interface Totp {
  /** 20 bytes, base 32. It must be readable: codes are computed from it. */
  readonly secret: string;
  readonly setAtMs: number;
  /** Steps whose code was used, the newest last, STEPS_KEPT at most. */
  readonly usedSteps: readonly number[];
}

export const STEPS_KEPT = 100;
export const RECOVERY_CODES = 10;
