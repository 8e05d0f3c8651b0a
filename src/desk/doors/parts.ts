import type { PairingCodes } from './kiosk-pairing.ts';
import type { KioskVisits } from './kiosk-visits.ts';
import type { OidcParts } from './oidc-sign-in.ts';
import type { LastUses } from './tokens.ts';

/** What the ways in beside the password keep in memory, and their settings. One of each for a station. */
export interface DoorParts {
  /** null: the station does not run; nobody could type a code. */
  readonly codes: PairingCodes | null;
  readonly visits: KioskVisits;
  readonly uses: LastUses;
  /** null: nobody signs in through a provider. */
  readonly oidc: OidcParts | null;
  /** Longest life of a token, days. */
  readonly tokenDays: number;
  /** Life of a pairing code, minutes. */
  readonly pairingMinutes: number;
}
