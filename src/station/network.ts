import { TlsFiles } from '#adapters/tls-files';
import type { NetworkSettings } from '#serve/network/settings';
import type { StationContext } from './context.ts';

/** How the listener is reached, after `http` of the configuration. Reads the certificate if the station is to listen. Throws config.invalid. */
export async function openNetwork({ config, clock, log, onStop, onReload }: StationContext, listens: boolean): Promise<NetworkSettings> {
  const { host, names, certificate, key, trustedProxies: proxies, requestsPerMinute, footagePerMinute } = config.http;
  const tls = listens && certificate !== '' ? await TlsFiles.open({ certificate, key, clock, log }) : null;
  onStop(async () => tls?.stop());
  if (tls) onReload(() => tls.reload());
  return { names: [...names, host], tls, proxies, requestsPerMinute, footagePerMinute };
}
