/*
 * Goal: a sign-in is believed only where the configured provider made it, for this station, this browser and this one time; a provider that is down or lies harms
 * nothing else.
 * Method: a real provider (oidc-provider) over HTTP on loopback, and a provider of our own that is honest but for one trick at a time.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidockError } from '#domain/errors';
import type { PendingSignIn } from '#ports/identity-provider';
import { type HostileProvider, hostileProvider, json, type Tricks } from '#test/support/people/hostile-provider';
import { CLIENT, realProvider } from '#test/support/people/real-provider';
import { boundedFetch } from './bounded-fetch.ts';
import { OidcProvider } from './oidc-provider.ts';

const REDIRECT = 'http://127.0.0.1:8470/api/v1/sign-in/oidc/return';
const WANG = {
  sub: 's-1',
  claims: { preferred_username: 'wang', employee_number: '041234', email: 'wang@example.org', email_verified: true },
};

interface Clock {
  ms: number;
}

function client(
  issuer: string,
  more: { secret?: string | null; claim?: string; timeoutMs?: number; clock?: Clock; signal?: AbortSignal } = {},
) {
  const { secret = null, claim = 'preferred_username', timeoutMs = 2000, clock, signal = new AbortController().signal } = more;
  return new OidcProvider({
    ...{ issuer, clientId: CLIENT, clientSecret: async () => secret, redirectUri: REDIRECT, scope: 'openid profile email', claim },
    ...{ timeoutMs, signal, ...(clock ? { monotonicMs: () => clock.ms } : {}) },
  });
}

/** How a call failed: its code and the code of the library or the protocol in it. */
async function failure(call: Promise<unknown>): Promise<[string, unknown]> {
  const error = await call.then(
    () => expect.fail('was believed'),
    (thrown: EvidockError) => thrown,
  );
  return [error.code, error.reason.params['text'] ?? error.reason.code];
}

describe('with a real provider', () => {
  it.each([true, false])('claims come from the ID token (%s), or else from UserInfo', async (inIdToken) => {
    const provider = await realProvider({ redirectUri: REDIRECT, inIdToken });
    provider.account = WANG;
    try {
      const oidc = client(provider.issuer, { secret: provider.clientSecret, claim: 'employee_number' });
      const { url, pending } = await oidc.begin();
      const asked = new URL(url).searchParams;
      expect([asked.get('response_type'), asked.get('code_challenge_method'), asked.get('redirect_uri')]).toEqual([
        'code',
        'S256',
        REDIRECT,
      ]);
      expect(url).not.toContain(pending.codeVerifier);
      const back = await provider.visit(url);
      const proven = await oidc.finish(back.search, pending);
      expect(proven).toMatchObject({ issuer: provider.issuer, subject: 's-1', claims: WANG.claims });
      // The code is good once, and for this browser alone.
      expect(await failure(oidc.finish(back.search, pending))).toEqual(['sign-in.provider-refused', 'invalid_grant']);
      const other = await oidc.begin();
      const second = await provider.visit(other.url);
      expect(await failure(oidc.finish(second.search, pending))).toEqual(['sign-in.provider-refused', 'OAUTH_INVALID_RESPONSE']);
      const stolen: PendingSignIn = { ...other.pending, codeVerifier: pending.codeVerifier };
      expect((await failure(oidc.finish(second.search, stolen)))[1]).toBe('invalid_grant');
    } finally {
      await provider.close();
    }
  });

  it('that refuses the person, or the secret of the station, signs nobody in; its words are not repeated', async () => {
    const provider = await realProvider({ redirectUri: REDIRECT, inIdToken: true });
    provider.account = WANG;
    try {
      const wrong = client(provider.issuer, { secret: 'not the secret' });
      const one = await wrong.begin();
      const back = await provider.visit(one.url);
      expect(await failure(wrong.finish(back.search, one.pending))).toEqual([
        'sign-in.provider-refused',
        'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
      ]);
      provider.refuses = true;
      const oidc = client(provider.issuer, { secret: provider.clientSecret });
      const two = await oidc.begin();
      const denied = await provider.visit(two.url);
      expect(denied.search).toContain('no');
      expect(await failure(oidc.finish(denied.search, two.pending))).toEqual(['sign-in.provider-refused', 'access_denied']);
    } finally {
      await provider.close();
    }
  });
});

describe('with a provider that lies', () => {
  let provider: HostileProvider;
  beforeEach(async () => {
    provider = await hostileProvider(CLIENT);
  });
  afterEach(() => provider.close());

  async function signIn(tricks: Tricks, more: { iss?: string; nonce?: string; query?: string } = {}) {
    provider.tricks = tricks;
    const oidc = client(provider.issuer);
    const { pending } = await oidc.begin();
    provider.nonce = more.nonce ?? pending.nonce;
    return oidc.finish(
      more.query ?? new URLSearchParams({ code: 'c', state: pending.state, iss: more.iss ?? provider.issuer }).toString(),
      pending,
    );
  }

  it('believes it where it does not lie', async () => {
    const amr = ['pwd', 'otp', 7];
    expect(await signIn({ claims: { amr, acr: 'high' } })).toMatchObject({ subject: 's-1', amr: ['pwd', 'otp'], acr: 'high' });
  });

  const nowS = Math.floor(Date.now() / 1000);
  it.each<[string, Tricks]>([
    ['no signature', { signature: 'none' }],
    ['no signature, and None', { signature: 'none', header: { alg: 'None' } }],
    ['the public key as a shared secret', { signature: 'hs256' }],
    ['HMAC called RS256', { signature: 'hs256', header: { alg: 'RS256' } }],
    ['a key that is not published', { signature: 'stranger' }],
    ['a key of the token itself', { signature: 'stranger', header: { kid: 'other', jku: 'http://127.0.0.1:1/jwks' } }],
    ['critical headers that nobody knows', { header: { crit: ['x'], x: 1 } }],
    ['another issuer', { claims: { iss: 'https://other.example.org' } }],
    ['another client', { claims: { aud: 'other' } }],
    ['other clients too, made for one of them', { claims: { aud: [CLIENT, 'other'], azp: 'other' } }],
    ['a time that is over', { claims: { exp: nowS - 3600, iat: nowS - 7200 } }],
    ['no end', { claims: { exp: undefined } }],
    ['a time that has not come', { claims: { nbf: nowS + 3600 } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
  ])('an ID token with %s is refused', async (_, tricks) => {
    expect((await failure(signIn(tricks)))[0]).toBe('sign-in.provider-refused');
  });

  it('a nonce of an earlier sign-in is refused', async () => {
    expect(await failure(signIn({}, { nonce: 'an earlier one' }))).toEqual([
      'sign-in.provider-refused',
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ]);
  });

  it('an answer of another issuer (mix-up), without a code, without a state or with two is refused', async () => {
    expect((await failure(signIn({}, { iss: 'https://other.example.org' })))[0]).toBe('sign-in.provider-refused');
    for (const query of ['', '?', 'code=c', 'code=c&state=x', 'code=c&code=d&state=x', 'code=c&state=x&state=y'])
      expect((await failure(signIn({}, { query })))[0], query).toBe('sign-in.provider-refused');
    expect(provider.asked.get('/token')).toBeUndefined();
  });

  it('metadata of another issuer, without keys, or with places that are not private, are not believed', async () => {
    const begins = (metadata: Tricks['metadata'] & object) => {
      provider.tricks = { metadata };
      return failure(client(provider.issuer).begin());
    };
    expect(await begins({ issuer: 'https://other.example.org' })).toEqual([
      'sign-in.provider-refused',
      'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    ]);
    expect(await begins({ issuer: `${provider.issuer}/` })).toEqual(['sign-in.provider-refused', 'issuer_differs']);
    expect(await begins({ jwks_uri: undefined })).toEqual(['sign-in.provider-refused', 'no_keys']);
    expect(await begins({ authorization_endpoint: 'http://other.example.org/auth' })).toEqual([
      'sign-in.provider-unreachable',
      'oidc-not-private',
    ]);
    const far = { metadata: { token_endpoint: 'http://other.example.org/token' } };
    expect(await failure(signIn(far))).toEqual(['sign-in.provider-unreachable', 'oidc-not-private']);
  });

  it('an answer without end, too slow, too large, with a failure or somewhere else is no answer', async () => {
    const answers: [string, NonNullable<Tricks['answer']>, string][] = [
      ['silent', () => true, 'sign-in.provider-unreachable'],
      [
        'drop by drop',
        (_, response) => {
          response.setHeader('content-type', 'application/json');
          const drops = setInterval(() => response.write(' '), 20);
          response.once('close', () => clearInterval(drops));
          return true;
        },
        'sign-in.provider-unreachable',
      ],
      [
        'too large',
        (_, response) => {
          json(response, { long: 'x'.repeat(2 * 1024 * 1024) });
          return true;
        },
        'sign-in.provider-unreachable',
      ],
      [
        'failing',
        (_, response) => {
          response.statusCode = 503;
          response.end();
          return true;
        },
        'sign-in.provider-unreachable',
      ],
      [
        'elsewhere',
        (_, response) => {
          response.statusCode = 302;
          response.setHeader('location', `${provider.issuer}/jwks`);
          response.end();
          return true;
        },
        'sign-in.provider-refused',
      ],
    ];
    for (const [name, answer, code] of answers) {
      provider.tricks = { answer };
      const begunMs = performance.now();
      expect((await failure(client(provider.issuer, { timeoutMs: 300 }).begin()))[0], name).toBe(code);
      expect(performance.now() - begunMs, name).toBeLessThan(2000);
      // The same of the token, where discovery was honest.
      provider.tricks = { answer: (path, response) => path === '/token' && answer(path, response) };
      const oidc = client(provider.issuer, { timeoutMs: 300 });
      const { pending } = await oidc.begin();
      const query = new URLSearchParams({ code: 'c', state: pending.state, iss: provider.issuer }).toString();
      expect((await failure(oidc.finish(query, pending)))[0], name).toBe(code);
    }
  });

  it('that was down is asked again, and one that was up is remembered; several callers ask once', async () => {
    const clock = { ms: 0 };
    const oidc = client(provider.issuer, { clock });
    provider.tricks = {
      answer: (_, response) => {
        response.statusCode = 500;
        response.end();
        return true;
      },
    };
    const down = provider.tricks;
    const place = '/.well-known/openid-configuration';
    await Promise.all([1, 2, 3].map(() => failure(oidc.begin())));
    await failure(oidc.begin());
    expect(provider.asked.get(place)).toBe(1);
    clock.ms += 2001;
    provider.tricks = {};
    await Promise.all([1, 2, 3].map(() => oidc.begin()));
    expect(provider.asked.get(place)).toBe(2);
    // Down at the time when it would be asked anew: what it said an hour ago holds.
    clock.ms += 3_600_001;
    provider.tricks = down;
    await oidc.begin();
    expect(provider.asked.get(place)).toBe(3);
  });

  it('no more sign-ins are checked at one time than there may be, and a station that stops waits for none', async () => {
    const stop = new AbortController();
    const oidc = client(provider.issuer, { signal: stop.signal, timeoutMs: 60_000 });
    const { pending } = await oidc.begin();
    provider.tricks = { answer: (path) => path === '/token' };
    const query = new URLSearchParams({ code: 'c', state: pending.state, iss: provider.issuer }).toString();
    const waiting = Array.from({ length: 16 }, () => failure(oidc.finish(query, pending)));
    expect(await failure(oidc.finish(query, pending))).toEqual(['request.too-many', 'oidc-many']);
    stop.abort(new Error('stops'));
    for (const [code] of await Promise.all(waiting)) expect(code).toBe('sign-in.provider-unreachable');
  });
});

it('nothing is sent in the clear to another machine', async () => {
  const bounded = boundedFetch({ timeoutMs: 300, signal: new AbortController().signal });
  for (const url of ['http://192.0.2.1/', 'http://localhost.example.org/', 'ftp://127.0.0.1/'])
    expect(await failure(bounded(url, { method: 'GET', headers: {} })), url).toEqual(['sign-in.provider-unreachable', 'oidc-not-private']);
});
