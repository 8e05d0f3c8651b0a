import { PairingCodes } from '#desk/doors/kiosk-pairing';
import { KioskVisits } from '#desk/doors/kiosk-visits';
import type { OidcParts } from '#desk/doors/oidc-sign-in';
import type { DoorParts } from '#desk/doors/parts';
import { LastUses } from '#desk/doors/tokens';

interface Options {
  readonly monotonicMs?: () => number;
  readonly oidc?: OidcParts | null;
}

/** The doors of a station that runs. */
export function quickDoors({ monotonicMs = () => performance.now(), oidc = null }: Options = {}): DoorParts {
  return {
    codes: new PairingCodes({ monotonicMs }),
    visits: new KioskVisits({ monotonicMs, visitMs: 180_000 }),
    uses: new LastUses(),
    ...{ oidc, tokenDays: 366, pairingMinutes: 10 },
  };
}
