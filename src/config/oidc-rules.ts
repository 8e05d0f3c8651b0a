import { because, type Reason } from '#domain/reason';
import type { Config } from './schema.ts';

type Refuse = (path: string, why: Reason, value: unknown) => void;

/** Path at which browsers come back from the provider. */
const RETURN = '/api/v1/sign-in/oidc/return';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Rules of `oidc` that the schema cannot express: nothing of a sign-in goes over a network in the clear. */
export function checkOidc({ issuer, clientId, redirectUri }: Config['oidc'], refuse: Refuse): void {
  if (issuer === '') return;
  const needed = because('needed-with', { field: 'oidc.issuer' });
  if (!isPrivate(issuer) || /[?#]/.test(issuer)) refuse('oidc.issuer', because('must-be-private-url', {}), issuer);
  if (clientId === '') refuse('oidc.clientId', needed, clientId);
  if (redirectUri === '') refuse('oidc.redirectUri', needed, redirectUri);
  if (!isPrivate(redirectUri)) refuse('oidc.redirectUri', because('must-be-private-url', {}), redirectUri);
  const { pathname, search, hash } = new URL(redirectUri);
  if (pathname !== RETURN || search !== '' || hash !== '')
    refuse('oidc.redirectUri', because('must-end-in', { path: RETURN }), redirectUri);
}

function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}
