import type { DeskDeps } from '#desk/deps';
import { DoorKeeper } from '#desk/doors/keeper';
import { PairingCodes } from '#desk/doors/kiosk-pairing';
import { KioskVisits } from '#desk/doors/kiosk-visits';
import type { OidcParts } from '#desk/doors/oidc-sign-in';
import type { DoorParts } from '#desk/doors/parts';
import { SealedPending } from '#desk/doors/sealed-pending';
import { LastUses } from '#desk/doors/tokens';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { StationContext } from './context.ts';
import { readSecret, secretsDirectory } from './secrets.ts';

const CLIENT_SECRET = 'oidc-client-secret';
const monotonicMs = () => performance.now();

/** What the ways in beside the password stand on. `isUp`: the station runs, so that a code which it shows can be typed somewhere. */
export async function openDoors(context: StationContext, isUp: boolean): Promise<DoorParts> {
  const { tokenDays, pairingMinutes, visitSeconds } = context.config.doors;
  return {
    codes: isUp ? new PairingCodes({ monotonicMs }) : null,
    visits: new KioskVisits({ monotonicMs, visitMs: visitSeconds * 1000 }),
    uses: new LastUses(),
    oidc: await openOidc(context),
    ...{ tokenDays, pairingMinutes },
  };
}

/** The provider is asked for the first time when somebody signs in, so that the station starts without it. */
async function openOidc({ config, env, onStop }: StationContext): Promise<OidcParts | null> {
  const { issuer, clientId, secrets, redirectUri, scope, claim, matches, secondFactorAmr, secondFactorAcr, timeout } = config.oidc;
  if (issuer === '') return null;
  const stop = new AbortController();
  onStop(async () => stop.abort(new EvidockError('station.stopping', because('connection-closed', {}))));
  const place = secretsDirectory(secrets, env);
  const clientSecret = () => readSecret(place, CLIENT_SECRET, 'sign-in.provider-unreachable');
  const { OidcProvider } = await import('#adapters/oidc/oidc-provider');
  const provider = new OidcProvider({
    issuer,
    clientId,
    clientSecret,
    redirectUri,
    scope,
    claim,
    timeoutMs: timeout * 1000,
    signal: stop.signal,
  });
  return { provider, pending: new SealedPending({ monotonicMs }), claim, matches, amr: secondFactorAmr, acr: secondFactorAcr };
}

/** Ends what belongs to people who may not come in any more, as long as the station runs. */
export async function keepDoors({ onStop }: StationContext, deps: DeskDeps): Promise<void> {
  const keeper = new DoorKeeper({ deps, changes: deps.people });
  onStop(() => keeper.stop());
  await keeper.start();
}
