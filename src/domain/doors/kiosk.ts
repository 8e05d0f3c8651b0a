/** A screen at the slots, whose browser was paired once. */
export interface Kiosk {
  /** `ksk-…` */
  readonly id: string;
  readonly name: string;
  /** Numbers of the slots that it shows; empty: all. */
  readonly slots: readonly number[];
  /** SHA-256 of what its browser keeps in a cookie. */
  readonly secretSha256: string;
  readonly pairedAtMs: number;
  /** At most a minute old; null: not seen since it was paired. */
  readonly lastSeenAtMs: number | null;
  readonly revokedAtMs: number | null;
}

export const KIOSK_SLOTS_MAX = 200;

/** Whether a kiosk shows a slot. */
export function showsSlot(slots: readonly number[], slot: number): boolean {
  return slots.length === 0 || slots.includes(slot);
}

/** Letters of a pairing code: Crockford's base 32 in capitals, so that no letter can be read as a digit. */
const CODE_LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const CODE_LENGTH = 8;

/** The code of eight random bytes, as a person reads and types it: `7K3M-Q2ZD`. It has 40 random bits. */
export function pairingCode(random: Uint8Array): string {
  const letters = [...random.subarray(0, CODE_LENGTH)].map((byte) => CODE_LETTERS[byte % CODE_LETTERS.length]).join('');
  return `${letters.slice(0, CODE_LENGTH / 2)}-${letters.slice(CODE_LENGTH / 2)}`;
}

/** A typed code in the one form that codes are compared in; null if it cannot be one. Case, blanks and hyphens do not matter, O is 0, I and L are 1. */
export function normalCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return code.length === CODE_LENGTH && [...code].every((letter) => CODE_LETTERS.includes(letter)) ? code : null;
}
