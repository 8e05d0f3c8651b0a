import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closed } from './real-provider.ts';

type Claims = Readonly<Record<string, unknown>>;

/** What the hostile provider does other than an honest one would. A field that is left out: as an honest one does. */
export interface Tricks {
  readonly metadata?: Claims;
  /** Headers and claims of the ID token, over those of an honest one. */
  readonly header?: Claims;
  readonly claims?: Claims;
  /** How the ID token is signed. `none`: not at all; `hs256`: with the public key as a shared secret; `stranger`: with a key that it does not publish. */
  readonly signature?: 'none' | 'hs256' | 'stranger';
  /** Takes each path in place of the honest answer. */
  readonly answer?: (path: string, response: ServerResponse) => boolean;
}

export interface HostileProvider {
  readonly issuer: string;
  tricks: Tricks;
  /** The nonce that goes into the next ID token. */
  nonce: string;
  /** By path: how often it was asked for. */
  readonly asked: Map<string, number>;
  close(): Promise<void>;
}

/** A provider of the test's own, which speaks OpenID Connect honestly but for its tricks. */
export async function hostileProvider(client: string): Promise<HostileProvider> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const asked = new Map<string, number>();
  const state = { tricks: {} as Tricks, nonce: '' };
  const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' }] };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const { tricks, nonce } = state;
    if (tricks.answer?.(path, response)) return;
    if (path === '/.well-known/openid-configuration') return json(response, { ...metadata(issuer()), ...tricks.metadata });
    if (path === '/jwks') return json(response, jwks);
    const nowS = Math.floor(Date.now() / 1000);
    const honest = { iss: issuer(), aud: client, sub: 's-1', iat: nowS, exp: nowS + 60, nonce, preferred_username: 'wang' };
    const keys = { own: own.privateKey, stranger: stranger.privateKey, published: own.publicKey };
    const token = idToken({ ...honest, ...tricks.claims }, tricks, keys);
    json(response, { access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: token });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = issuer();
  return {
    issuer: base,
    asked,
    get tricks() {
      return state.tricks;
    },
    set tricks(tricks) {
      state.tricks = tricks;
    },
    get nonce() {
      return state.nonce;
    },
    set nonce(nonce) {
      state.nonce = nonce;
    },
    close: () => closed(server),
  };
}

function metadata(issuer: string): Claims {
  return {
    ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` },
    ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
    // It says of itself that it takes what nobody should.
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    authorization_response_iss_parameter_supported: true,
  };
}

interface Keys {
  readonly own: KeyObject;
  readonly stranger: KeyObject;
  readonly published: KeyObject;
}

function idToken(claims: Claims, { header, signature }: Tricks, { own, stranger, published }: Keys): string {
  const alg = signature === 'none' ? 'none' : signature === 'hs256' ? 'HS256' : 'RS256';
  const text = [{ alg, kid: 'k', ...header }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  if (signature === 'none') return `${text}.`;
  const shared = published.export({ format: 'pem', type: 'spki' });
  const bytes =
    signature === 'hs256'
      ? createHmac('sha256', shared).update(text).digest()
      : sign('sha256', Buffer.from(text), signature === 'stranger' ? stranger : own);
  return `${text}.${bytes.toString('base64url')}`;
}

export function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
