/** The PIN of an officer, good at a kiosk only. */
export interface Pin {
  /** Id of the user. */
  readonly user: string;
  /** As signin's hasher writes it. */
  readonly hash: string;
  readonly setAtMs: number;
}

/** The badge of an officer, good at a kiosk only. */
export interface Badge {
  readonly badgeSha256: string;
  /** Its last characters, by which people tell badges apart. */
  readonly ending: string;
  /** Id of the user. */
  readonly user: string;
  readonly assignedAtMs: number;
}

/** What an officer confirmed at a kiosk: that they have seen how their docking ended. */
export interface Confirmation {
  readonly docking: string;
  /** Id of the user. */
  readonly user: string;
  readonly kiosk: string;
  readonly atMs: number;
}

/** Six digits at least: NIST SP 800-63B, 3.2.10 asks that of an activation secret. */
const PIN = /^\d{6,12}$/;
const BADGE = /^[0-9A-Z]{4,64}$/;
const ENDING = 4;

/** Why a PIN is refused, or null. What everybody would try first is no PIN. */
export function pinFault(pin: string, officer: string | null): 'not-digits' | 'too-easy' | null {
  if (!PIN.test(pin)) return 'not-digits';
  const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])));
  const isRow = steps.size === 1 && [-1, 0, 1].includes([...steps][0] ?? 2);
  return isRow || pin === officer ? 'too-easy' : null;
}

/** What a reader sends of a badge, in the one form that badges are compared in; null if it cannot be one. */
export function normalBadge(read: string): string | null {
  const text = read.trim().toUpperCase().replaceAll(/[:-]/g, '');
  return BADGE.test(text) ? text : null;
}

export function badgeEnding(badge: string): string {
  return badge.slice(-ENDING);
}
