import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { Static } from 'typebox';
import { because, type Reason } from '#domain/reason';
import type { http } from './http-section.ts';

export type Refuse = (path: string, why: Reason, value: unknown) => void;

/** No range of proxies is wider: it would be a network of clients. */
const BITS_MIN = { ipv4: 8, ipv6: 16 } as const;

/** Rules of `http` that the schema cannot express. Everything that leaves this machine is encrypted, by the station itself or by a proxy that is named. */
export function checkHttp({ host, names, certificate, key, trustedProxies }: Static<typeof http>, refuse: Refuse): void {
  if (isIP(host) === 0) refuse('http.host', because('must-be-address', {}), host);
  const pair = because('pair-needed', { field: 'http.certificate', key: 'http.key' });
  if ((certificate === '') !== (key === '')) refuse(certificate === '' ? 'http.certificate' : 'http.key', pair, '');
  for (const range of trustedProxies) checkRange(range, refuse);
  if (isLoopbackAddress(host)) return;
  if (certificate === '' && trustedProxies.length === 0) refuse('http.host', because('needs-tls', {}), host);
  if (isEveryAddress(host) && names.length === 0) refuse('http.host', because('needs-names', {}), host);
}

function checkRange(range: string, refuse: Refuse): void {
  const path = 'http.trustedProxies';
  const [address = '', width, ...more] = range.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const most = family === 'ipv4' ? 32 : 128;
  const bits = width === undefined ? most : /^\d{1,3}$/.test(width) ? Number(width) : -1;
  if (isIP(address) === 0 || more.length > 0 || bits < 0 || bits > most) refuse(path, because('must-be-range', { name: range }), range);
  if (bits < BITS_MIN[family]) refuse(path, because('range-everybody', { name: range }), range);
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether nobody but this machine reaches what listens there. */
export function isLoopbackAddress(address: string): boolean {
  return isIPv4(address) ? LOOPBACK.check(address, 'ipv4') : isIPv6(address) && LOOPBACK.check(address, 'ipv6');
}

function isEveryAddress(address: string): boolean {
  return address === '0.0.0.0' || (isIPv6(address) && new URL(`http://[${address}]`).hostname === '[::]');
}

/** Where the station posts something signed: a path in the configuration and its value each. Only this machine itself is reached without TLS. */
export function checkTarget(
  target: { readonly url: readonly [string, string]; readonly secretFile: readonly [string, string] },
  refuse: Refuse,
): void {
  const [path, value] = target.url;
  if (value === '') return;
  const url = URL.canParse(value) ? new URL(value) : null;
  const own = url?.protocol === 'http:' && (url.hostname === 'localhost' || isLoopbackAddress(url.hostname.replace(/^\[|\]$/g, '')));
  // The URL may hold a password, so the error does not tell it.
  if (url === null || (url.protocol !== 'https:' && !own)) refuse(path, because('must-be-https', {}), '***');
  const [file, name] = target.secretFile;
  if (name === '') refuse(file, because('needed-when', { field: path, value: 'set' }), '');
}
