import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { RECOVERY_CODES } from './credentials.ts';

/* Codes of a second factor: those of an app, by time (RFC 6238), and those on paper, for when the app is lost. */

const STEP_SECONDS = 30;
const SECRET_BYTES = 20;
/** Steps before and after the present one whose codes are taken, because clocks differ. */
const WINDOW = 1;

// Crockford's base 32: no i, l, o, u, so that a code can be copied from paper.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 120 bits: a plain digest of it cannot be turned back (NIST SP 800-63B, 5.1.2.2, asks for 112). */
const RECOVERY_LENGTH = 24;
const GROUP = 6;

/** A new secret, base 32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What an app reads from a QR code (`otpauth://totp/…`). */
export function totpUri({ secret, issuer, account }: { secret: string; issuer: string; account: string }): string {
  return totpOf(secret, { issuer, label: account }).toString();
}

/** The step whose code this is, among the present one and its neighbours; null: of none. */
export function stepOfCode(secret: string, code: string, nowMs: number): number | null {
  const digits = code.normalize('NFKC').replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return null;
  const delta = totpOf(secret).validate({ token: digits, timestamp: nowMs, window: WINDOW });
  return delta === null ? null : Math.floor(nowMs / 1000 / STEP_SECONDS) + delta;
}

function totpOf(secret: string, names: { issuer?: string; label?: string } = {}): TOTP {
  return new TOTP({ ...names, algorithm: 'SHA1', digits: 6, period: STEP_SECONDS, secret: Secret.fromBase32(secret) });
}

/** As they are printed: four groups of six. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = [...randomBytes(RECOVERY_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
    return (letters.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
  });
}

/** SHA-256 of a recovery code, hex, however it was typed; null: it cannot be one. */
export function recoveryCodeSha256(typed: string): string | null {
  const letters = typed.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
  if (letters.length !== RECOVERY_LENGTH || [...letters].some((letter) => !ALPHABET.includes(letter))) return null;
  return createHash('sha256').update(letters).digest('hex');
}
