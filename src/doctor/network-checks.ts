import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { readPair } from '#adapters/tls-files';
import type { CheckName } from '#cli/context';
import { isLoopbackAddress } from '#config/http-rules';
import type { Config } from '#config/schema';
import { EvidockError } from '#domain/errors';
import { because, type Reason, together } from '#domain/reason';

type Finding = { readonly reason: Reason; readonly warn?: Reason };
interface NetworkCheck {
  readonly name: CheckName;
  readonly remedy: Reason;
  find(): Promise<Finding>;
}

const DAY_MS = 86_400_000;
/** Time enough to have a certificate signed by somebody else. */
const DAYS_LEFT_MIN = 30;

/** How the station is reached over the network. */
export function networkChecks({ http }: Config, nowMs: number): readonly NetworkCheck[] {
  const tls: NetworkCheck = { name: 'tls', remedy: because('mend-tls', {}), find: () => findTls(http, nowMs) };
  if (http.trustedProxies.length === 0) return [tls];
  const proxies = async () => ({
    reason: because('proxies-named', { names: http.trustedProxies }),
    ...(http.trustedProxies.every(isOneAddress) ? {} : { warn: because('proxy-range', {}) }),
  });
  return [tls, { name: 'proxies', remedy: because('mend-proxies', {}), find: proxies }];
}

async function findTls({ host, names, certificate, key, trustedProxies }: Config['http'], nowMs: number): Promise<Finding> {
  if (certificate === '') {
    if (trustedProxies.length > 0) return { reason: because('tls-by-proxy', { names: trustedProxies }) };
    return { reason: because('tls-not-needed', { host }) };
  }
  const { pair, sha256, notAfterMs } = await readPair({ certificate, key });
  const at = new Date(notAfterMs).toISOString();
  if (notAfterMs <= nowMs) throw new EvidockError('config.invalid', because('tls-ended', { at }));
  const days = Math.floor((notAfterMs - nowMs) / DAY_MS);
  const leaf = new X509Certificate(pair.cert);
  const reached = isLoopbackAddress(host) ? names : [...names, ...(isEvery(host) ? [] : [host])];
  const missing = reached.filter((name) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) === undefined);
  const doubts = [
    ...(days < DAYS_LEFT_MIN ? [because('tls-ends-soon', { days })] : []),
    ...(missing.length > 0 ? [because('name-not-covered', { names: missing })] : []),
  ];
  return { reason: because('tls-in-force', { sha256, at }), ...(doubts.length > 0 ? { warn: together(doubts) } : {}) };
}

function isEvery(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host);
}

function isOneAddress(range: string): boolean {
  return !range.includes('/') || range.endsWith('/32') || range.endsWith('/128');
}
