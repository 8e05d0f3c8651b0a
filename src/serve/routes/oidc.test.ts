/*
 * Goal: who comes back from the provider gets a session like any other, if the station knows them; nobody else does, and nothing leads to another place.
 * Method: the real server, a real provider (oidc-provider) over HTTP, and a browser that goes between them with the headers that browsers send.
 */
import type { FastifyInstance } from 'fastify';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OidcProvider } from '#adapters/oidc/oidc-provider';
import { isSecondFactor } from '#desk/doors/oidc-sign-in';
import { SealedPending } from '#desk/doors/sealed-pending';
import type { User } from '#domain/people/user';
import { newTotpSecret } from '#domain/sign-in/totp';
import { buildServer } from '#serve/server';
import { anId } from '#test/support/builders';
import { about } from '#test/support/custody';
import { Browser } from '#test/support/http/browser';
import { quickDoors } from '#test/support/people/doors';
import { CLIENT, type RealProvider, realProvider } from '#test/support/people/real-provider';
import { addUser } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';

const BACK = 'http://localhost/api/v1/sign-in/oidc/return';
/** What a browser sends where another site has led it to the station. */
const ARRIVES = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

let provider: RealProvider;
let station: ServedStation;
let app: FastifyInstance;
let wang: User;
let ms = 0;
const settings = { amr: [] as string[], acr: [] as string[], matches: 'account' as 'account' | 'officer', claim: 'preferred_username' };

beforeAll(async () => {
  provider = await realProvider({ redirectUri: BACK, inIdToken: true });
  const { issuer, clientSecret } = provider;
  const signal = new AbortController().signal;
  const options = {
    issuer,
    clientId: CLIENT,
    clientSecret: async () => clientSecret,
    redirectUri: BACK,
    scope: 'openid profile email',
    claim: 'sub',
  };
  const oidc = Object.assign(settings, {
    provider: new OidcProvider({ ...options, timeoutMs: 2000, signal }),
    pending: new SealedPending({ monotonicMs: () => ms }),
  });
  station = await servedStation({ doors: quickDoors({ oidc }) });
  app = buildServer({ deps: station.deps, way: 'network' });
  wang = await addUser(station.deps, { id: anId('usr'), account: 'wang', officer: '041234' });
  await addUser(station.deps, { id: anId('usr'), account: 'gone', state: 'left', roles: [] });
  await addUser(station.deps, { id: anId('usr'), account: 'away', state: 'suspended' });
});
afterAll(async () => {
  await app?.close();
  await station?.close();
  await provider?.close();
});
beforeEach(() => {
  Object.assign(settings, { amr: [], acr: [], matches: 'account', claim: 'preferred_username' });
  provider.refuses = false;
  come({});
});

function come(claims: Readonly<Record<string, unknown>>): void {
  provider.account = { sub: `s-${JSON.stringify(claims)}`, claims: { preferred_username: 'wang', ...claims } };
}

async function go(browser: Browser, to = '/search'): Promise<URL> {
  const sent = await browser.ask('GET', `/sign-in/oidc?return=${encodeURIComponent(to)}`, { headers: ARRIVES });
  expect(sent.statusCode).toBe(303);
  return provider.visit(String(sent.headers.location));
}

const back = (browser: Browser, url: URL) => browser.ask('GET', `${url.pathname}${url.search}`, { headers: ARRIVES });
const whoAmI = async (browser: Browser) => (await browser.ask('GET', '/tokens')).statusCode;
const types = async () => (await station.ledger.custody.of(about(`user:${wang.id}`))).map(({ type, data }) => [type, data['method']]);

it('a person whom the station knows comes back with a session, on record as one through the provider', async () => {
  const browser = new Browser(app);
  const url = await go(browser, '/cases/A-1?t=3');
  expect([...browser.cookies.keys()]).toEqual(['evidock_oidc']);
  const answer = await back(browser, url);
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/cases/A-1?t=3']);
  expect([...browser.cookies.keys()]).toEqual(['evidock_session']);
  expect(await whoAmI(browser)).toBe(200);
  expect((await types()).at(-1)).toEqual(['session.began', 'oidc']);
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
});

it('a return path that leads elsewhere becomes the start page', async () => {
  for (const to of ['//evil.example', 'https://evil.example/', '/\\evil.example', '\t//evil.example']) {
    const browser = new Browser(app);
    expect((await back(browser, await go(browser, to))).headers.location, to).toBe('/');
  }
});

describe('nobody is signed in', () => {
  const refused = { statusCode: 401, code: 'sign-in.provider-refused' };

  async function tries(browser: Browser, url: URL) {
    const answer = await back(browser, url);
    expect(browser.cookies.has('evidock_session')).toBe(false);
    return { statusCode: answer.statusCode, code: answer.json().code, why: answer.json().reason.code };
  }

  it('in another browser than began, also one that began a sign-in of its own (login CSRF)', async () => {
    const url = await go(new Browser(app));
    expect(await tries(new Browser(app), url)).toMatchObject({ ...refused, why: 'oidc-other-browser' });
    const victim = new Browser(app);
    await go(victim);
    expect(await tries(victim, url)).toMatchObject(refused);
  });

  it('twice by one answer, nor by one that is too old', async () => {
    const browser = new Browser(app);
    const url = await go(browser);
    const cookie = browser.cookies.get('evidock_oidc') ?? '';
    await back(browser, url);
    browser.cookies.clear();
    browser.cookies.set('evidock_oidc', cookie);
    expect(await tries(browser, url)).toMatchObject({ ...refused, why: 'oidc-other-browser' });
    const late = new Browser(app);
    const old = await go(late);
    ms += 600_000;
    expect(await tries(late, old)).toMatchObject({ ...refused, why: 'oidc-other-browser' });
  });

  it('by a cookie that was not sealed here, or was changed', async () => {
    const browser = new Browser(app);
    const url = await go(browser);
    const cookie = browser.cookies.get('evidock_oidc') ?? '';
    for (const forged of ['x', cookie.slice(1), `${cookie.slice(0, -4)}AAAA`, Buffer.from('{}').toString('base64url'), 'A'.repeat(200)]) {
      browser.cookies.set('evidock_oidc', forged);
      expect(await tries(browser, url), forged).toMatchObject(refused);
    }
    browser.cookies.set('evidock_oidc', cookie);
    expect((await back(browser, url)).statusCode).toBe(303);
  });

  it('whom the station does not know, suspended or let go: all in the same words, and nobody is made a user', async () => {
    for (const account of ['nobody', 'gone', 'away', '', 'WANG ;drop', 7, undefined]) {
      come({ preferred_username: account });
      const browser = new Browser(app);
      expect(await tries(browser, await go(browser)), String(account)).toEqual({ ...refused, why: 'oidc-nobody' });
    }
    expect(await station.ledger.people.userByAccount('nobody')).toBeNull();
  });

  it('who said no at the provider', async () => {
    provider.refuses = true;
    const browser = new Browser(app);
    expect(await tries(browser, await go(browser))).toEqual({ ...refused, why: 'oidc-refused' });
  });
});

describe('the claim that says who it is', () => {
  const signsIn = async () => {
    const browser = new Browser(app);
    await back(browser, await go(browser));
    return browser.cookies.has('evidock_session');
  };

  it('is one of the officer number, where that is configured', async () => {
    Object.assign(settings, { matches: 'officer', claim: 'employee_number' });
    come({ employee_number: '041234' });
    expect(await signsIn()).toBe(true);
    come({ employee_number: '999999' });
    expect(await signsIn()).toBe(false);
  });

  it('is an address only where the provider has verified it', async () => {
    await addUser(station.deps, { id: anId('usr'), account: 'zhao@example.org' });
    Object.assign(settings, { claim: 'email' });
    come({ email: 'Zhao@Example.org', email_verified: true });
    expect(await signsIn()).toBe(true);
    for (const email_verified of [false, undefined, 'true']) {
      come({ email: 'zhao@example.org', email_verified });
      expect(await signsIn(), String(email_verified)).toBe(false);
    }
  });
});

describe('a second factor', () => {
  let secret: string;
  let user: User;
  const codeAt = (timestamp: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
  beforeAll(async () => {
    secret = newTotpSecret();
    user = await addUser(station.deps, { id: anId('usr'), account: 'qian' });
    await station.ledger.transaction((writer) => writer.signIn.setTotp(user.id, { secret, atMs: station.clock.nowMs() }));
  });

  it('of the station is asked for, where the word of the provider does not count for one', async () => {
    come({ preferred_username: 'qian' });
    const browser = new Browser(app);
    const answer = await back(browser, await go(browser, '/mine'));
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/mine']);
    expect([...browser.cookies.keys()]).toEqual(['evidock_step']);
    expect(await whoAmI(browser)).toBe(401);
    const step = (await browser.ask('GET', '/sign-in/oidc/step')).json();
    expect(step).toMatchObject({ state: 'code', pending: expect.any(String), secret: null });
    expect((await browser.ask('GET', '/sign-in/oidc/step')).json()).toMatchObject({ code: 'sign-in.ended' });
    const code = codeAt(station.clock.nowMs());
    const finish = (text: string) => browser.ask('POST', '/session/code', { body: { pending: step.pending, code: text } });
    expect((await finish(code === '000000' ? '111111' : '000000')).json()).toMatchObject({ status: 401, code: 'sign-in.wrong' });
    expect(await whoAmI(browser)).toBe(401);
    expect((await finish(code)).json()).toMatchObject({ state: 'signed-in', pending: null });
    expect(await whoAmI(browser)).toBe(200);
    const [began] = (await station.ledger.custody.of(about(`user:${user.id}`))).filter(({ type }) => type === 'session.began');
    expect(began?.data['method']).toBe('oidc+totp');
    // The code is spent, and so is the step: neither lets anybody else in.
    expect((await new Browser(app).ask('POST', '/session/code', { body: { pending: step.pending, code } })).statusCode).toBe(401);
  });

  it('is not asked for where the configured amr or acr came', async () => {
    const identity = { issuer: '', subject: '', claims: {}, amr: ['pwd', 'otp'], acr: 'high' };
    const none = { amr: [] as string[], acr: [] as string[] };
    expect(isSecondFactor(none, identity)).toBe(false);
    expect(isSecondFactor({ ...none, amr: ['mfa', 'otp'] }, identity)).toBe(true);
    expect(isSecondFactor({ ...none, amr: ['mfa'] }, identity)).toBe(false);
    expect(isSecondFactor({ ...none, acr: ['high'] }, identity)).toBe(true);
    expect(isSecondFactor({ ...none, acr: ['otp'] }, { ...identity, acr: null })).toBe(false);
  });
});

it('a provider that is down is told in words; other sign-ins, and the next try, go on', async () => {
  const down = await servedStation();
  const options = { clientId: CLIENT, clientSecret: async () => null, redirectUri: BACK, scope: 'openid', claim: 'sub', timeoutMs: 500 };
  const oidc = {
    ...settings,
    provider: new OidcProvider({ issuer: 'http://127.0.0.1:9', ...options, signal: new AbortController().signal }),
    pending: new SealedPending({ monotonicMs: () => 0 }),
  };
  const server = buildServer({ deps: { ...down.deps, doors: quickDoors({ oidc }) }, way: 'network' });
  const off = buildServer({ deps: down.deps, way: 'network' });
  try {
    expect((await new Browser(server).ask('GET', '/sign-in/oidc')).json()).toMatchObject({
      status: 503,
      code: 'sign-in.provider-unreachable',
    });
    expect((await new Browser(server).ask('GET', '/health')).statusCode).toBe(200);
    expect((await new Browser(off).ask('GET', '/sign-in/oidc')).json()).toMatchObject({ status: 404, reason: { code: 'oidc-off' } });
  } finally {
    await server.close();
    await off.close();
    await down.close();
  }
});

it('neither page nor script of another site begins or ends a sign-in, but a person who is led there', async () => {
  for (const headers of [
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ])
    for (const path of ['/sign-in/oidc', '/sign-in/oidc/return?code=c&state=s'])
      expect((await new Browser(app).ask('GET', path, { headers })).statusCode, path).toBe(403);
  expect((await new Browser(app).ask('HEAD', '/sign-in/oidc/return')).statusCode).toBe(405);
});
