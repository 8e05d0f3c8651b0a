/*
 * Goal: signing in over HTTP gives a browser a session and nobody else anything: not by an old cookie, not by words of an answer, not by the log. Method: the real
 * server over the real ledger, with hashes of argon2id of the least cost; requests as a browser or an attacker sends them.
 */

import { Writable } from 'node:stream';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { Secret, TOTP } from 'otpauth';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import type { SessionAnswerJson } from '#api/sign-in';
import { inviteUser } from '#desk/people/set-up';
import { custodyOfRoute } from '#serve/route';
import { buildServer } from '#serve/server';
import { cli } from '#test/support/custody';
import { addUser, QUICK, quickSignIn } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { sessionRoutes } from './sessions.ts';
import { signInRoutes } from './sign-in.ts';

const PASSWORD = 'correct horse battery';
const OTHER = 'another good password';

let station: ServedStation;
let deps: ServedStation['deps'];
let app: FastifyInstance;
let socket: FastifyInstance;
let hasher: Argon2Hasher;
let log = '';

beforeEach(async () => {
  log = '';
  const lines = new Writable({
    write: (chunk, _, done) => {
      log += String(chunk);
      done();
    },
  });
  station = await servedStation({ log: pino({ level: 'trace' }, lines) });
  hasher = new Argon2Hasher({ parameters: QUICK });
  deps = { ...station.deps, signIn: quickSignIn({ clock: station.clock, hasher, totpRoles: ['auditor'] }) };
  app = buildServer({ deps, way: 'network' });
  socket = buildServer({ deps, way: 'socket' });
});
afterEach(async () => {
  await Promise.all([app.close(), socket.close()]);
  await hasher.close();
  await station.close();
});

interface Sent {
  readonly cookie?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly to?: FastifyInstance;
}

/** By route: the types of entries that its requests left. Ids and accounts in URLs are places again. */
const left = new Map<string, Set<string>>();
const patternOf = (url: string) =>
  url
    .replace(/\?.*$/, '')
    .replace(/^\/(users|accounts|sessions)\/[^/]+/, (_, name) => `/${name}/:${name === 'accounts' ? 'account' : 'id'}`);

async function entriesAfter(seq: number): Promise<string[]> {
  const users = await deps.ledger.people.users({ limit: 100 });
  const all = await Promise.all(users.map(({ id }) => deps.ledger.custody.of({ kind: 'user', id })));
  return all.flat().flatMap((entry) => (entry.seq > seq && entry.type !== 'access.refused' ? [entry.type] : []));
}

async function send(method: NonNullable<InjectOptions['method']>, url: string, sent: Sent = {}) {
  const before = (await deps.ledger.custody.head())?.seq ?? -1;
  const answer = await sendOnly(method, url, sent);
  const route = `${method} /api/v1${patternOf(url)}`;
  left.set(route, new Set([...(left.get(route) ?? []), ...(await entriesAfter(before))]));
  return answer;
}

async function sendOnly(
  method: NonNullable<InjectOptions['method']>,
  url: string,
  { cookie = null, body, headers = {}, to = app }: Sent = {},
) {
  const answer = await to.inject({
    ...{ method, url: `/api/v1${url}`, remoteAddress: '127.0.0.1' },
    headers: {
      host: 'localhost',
      origin: 'http://localhost',
      ...(cookie === null ? {} : { cookie: `evidock_session=${cookie}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const set = [answer.headers['set-cookie']].flat()[0];
  const token = /^evidock_session=([^;]*)/.exec(set ?? '')?.[1];
  return {
    status: answer.statusCode,
    json: answer.body === '' ? null : answer.json(),
    set,
    token,
    headers: answer.headers,
    text: answer.body,
  };
}

const signIn = (account: string, password: string, more: Sent = {}) => send('POST', '/session', { ...more, body: { account, password } });
async function comeIn(account: string, cookie: string | null = null): Promise<string> {
  station.clock.advance(1);
  const { token } = await signIn(account, PASSWORD, { cookie });
  return token ?? expect.fail('no cookie');
}
const whoIs = async (cookie: string) => (await send('GET', '/session', { cookie })).json.kind as string;
const code = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: station.clock.nowMs() });

describe('a browser', () => {
  it('signs in, is known, lists its sessions, signs out, and is nobody', async () => {
    const user = await addUser(deps, { account: 'zhang', name: '张三', officer: null, password: PASSWORD });
    expect(await send('GET', '/session')).toMatchObject({
      status: 200,
      json: { kind: 'nobody', id: null, tasks: [], session: null, secondFactor: null },
    });
    const { status, json, set, token = '', headers } = await signIn('Zhang', PASSWORD);
    expect([status, json.state]).toEqual([200, 'signed-in']);
    expect(set).toMatch(/^evidock_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.stringify(json)).not.toContain(token);
    station.clock.advance(60_000);
    const { json: me } = await send('GET', '/session', { cookie: token });
    expect(me).toMatchObject({
      kind: 'user',
      id: user.id,
      name: '张三',
      account: 'zhang',
      roles: ['officer'],
      session: { id: json.session, present: true },
    });
    // Behind a proxy or a listener with TLS it is `__Host-…; Secure`: src/serve/cookies.test.ts, network.test.ts.
    expect(me.secondFactor).toEqual({ set: false, needed: false, recoveryCodesLeft: 0 });
    expect(me.session).toMatchObject({ method: 'password', address: '127.0.0.1', endsSeconds: 1800, limitSeconds: 43_140 });
    const out = await send('DELETE', '/session', { cookie: token });
    expect(out.status).toBe(204);
    expect(out.set).toMatch(/^evidock_session=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0$/);
    expect(await whoIs(token)).toBe('nobody');
    // Once more changes nothing.
    expect((await send('DELETE', '/session', { cookie: token })).status).toBe(204);
  });

  it('gets another token at each sign-in, whatever it came with, and the one of before is dead', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    await addUser(deps, { account: 'mallory', password: PASSWORD });
    const planted = 'A'.repeat(43);
    const first = await comeIn('zhang', planted);
    expect(first).not.toBe(planted);
    expect(await whoIs(planted)).toBe('nobody');
    // The attacker's own good session, planted in the victim's browser.
    const fixed = await comeIn('mallory');
    const second = await comeIn('zhang', fixed);
    expect([await whoIs(fixed), (await send('GET', '/session', { cookie: second })).json.account]).toEqual(['nobody', 'zhang']);
    expect(await whoIs(first)).toBe('user');
  });

  it('whose cookie was tampered with is nobody', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const token = await comeIn('zhang');
    const ways: readonly [string, (token: string) => string][] = [
      ['one letter changed', (token: string) => (token.startsWith('A') ? 'B' : 'A') + token.slice(1)],
      ['cut', (token: string) => token.slice(0, -1)],
      ['longer', (token: string) => `${token}A`],
      ['in quotation marks', (token: string) => `"${token}"`],
      ['sent twice', (token: string) => `${token}; evidock_session=${token}`],
      ['with another one beside it', (token: string) => `${token}; evidock_session=${'A'.repeat(43)}`],
      ['encoded', (token: string) => encodeURIComponent(`${token}=`)],
      ['SQL', () => "' OR 1=1 --"],
      ['of 16,000 characters', () => 'A'.repeat(16_000)],
    ];
    for (const [how, changed] of ways) expect([how, await whoIs(changed(token))]).toEqual([how, 'nobody']);
    expect(await whoIs(token)).toBe('user');
  });
});

describe('a failure', () => {
  it('tells nothing: nobody there, wrong, suspended and without a password answer the same but for their request id', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    await addUser(deps, { account: 'suspended', password: PASSWORD, state: 'suspended' });
    await addUser(deps, { account: 'without' });
    const answers = [];
    for (const account of ['nobody', 'zhang', 'suspended', 'without', '张三', 'a b', '']) {
      const { status, json, headers } = await signIn(account, account === 'zhang' ? OTHER : PASSWORD);
      const { instance: _, ...told } = json;
      const { 'x-request-id': __, date: ___, ...rest } = headers;
      answers.push(JSON.stringify([status, told, rest]));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('sign-in.wrong');
  });

  it('locks after five, with the seconds to wait, and hashes no more', async () => {
    for (let n = 0; n < 5; n++) await signIn('nobody', OTHER);
    const made = hasher.made;
    const { status, json, headers } = await signIn('nobody', OTHER);
    expect([status, json.code, headers['retry-after'], hasher.made - made]).toEqual([429, 'sign-in.locked', '2', 0]);
  });

  it('because too many sign in at once comes before any hash, with the seconds to wait', async () => {
    const busy = new Argon2Hasher({ parameters: { memory: 16_384, passes: 1, lanes: 1 }, waitingMax: 2 });
    const full = buildServer({ deps: { ...deps, signIn: { ...deps.signIn, hasher: busy } }, way: 'network' });
    const all = await Promise.all(Array.from({ length: 8 }, (_, n) => signIn(`user${n}`, OTHER, { to: full })));
    expect(all.map(({ status }) => status).toSorted()).toEqual([401, 401, 503, 503, 503, 503, 503, 503]);
    for (const { status, headers } of all) if (status === 503) expect(headers['retry-after']).toBe('8');
    expect(busy.made).toBe(2);
    await full.close();
    await busy.close();
  });

  it('of whatever is sent is told without it, in answer and log', async () => {
    await addUser(deps, { account: 'zhang', password: OTHER });
    const bodies: readonly [string, unknown, number][] = [
      ['a password of 1025', { account: 'zhang', password: 'x'.repeat(1025) }, 400],
      ['a password of a megabyte', { account: 'zhang', password: 'x'.repeat(1_000_000) }, 413],
      ['half of a character in the password', '{"account":"zhang","password":"secret-\\ud800"}', 400],
      ['half of a character in the account', '{"account":"secret-\\udfff","password":"x"}', 400],
      ['a NUL', { account: 'zhang', password: `secret-\0${PASSWORD}` }, 401],
      ['line ends in the account', { account: 'zhang\r\nSet-Cookie: evidock_session=secret-x', password: PASSWORD }, 401],
      ['a list', { account: ['zhang'], password: ['secret-x'] }, 401],
      ['an object', { account: 'zhang', password: { secret: 'secret-x' } }, 400],
      ['something more', { account: 'zhang', password: PASSWORD, roles: ['secret-x'] }, 400],
      ['no JSON', 'account=zhang&password=secret-x', 400],
    ];
    for (const [what, body, status] of bodies) {
      const answer = await send('POST', '/session', { body, headers: { 'content-type': 'application/json' } });
      expect([what, answer.status, answer.set]).toEqual([what, status, undefined]);
      for (const told of [answer.text, log, JSON.stringify(answer.headers)]) expect(told).not.toMatch(/secret-|correct horse|x{20}/);
    }
  });

  it('and a success leave no password in the log or in the ledger', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    await signIn('zhang', OTHER);
    const token = await comeIn('zhang');
    await send('PUT', '/session/password', { cookie: token, body: { old: PASSWORD, password: OTHER } });
    expect(log).not.toMatch(/correct horse|another good|argon2/);
    expect(log).not.toContain(token);
  });

  it('a request with a password takes no idempotency key: a digest of it would be kept', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const { status, json } = await signIn('zhang', PASSWORD, { headers: { 'idempotency-key': 'k1' } });
    expect([status, json.reason.code]).toEqual([400, 'key-with-password']);
  });

  it('a page of another site cannot sign anybody in', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    expect((await signIn('zhang', PASSWORD, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await signIn('zhang', PASSWORD, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    const form = { 'content-type': 'text/plain' };
    expect((await send('POST', '/session', { body: JSON.stringify({ account: 'zhang', password: PASSWORD }), headers: form })).status).toBe(
      415,
    );
  });
});

describe('a second factor', () => {
  it('is set up and asked for over HTTP', async () => {
    await addUser(deps, { account: 'audit', password: PASSWORD, roles: ['auditor'] });
    const shown = await signIn('audit', PASSWORD);
    expect(shown.json).toMatchObject({ state: 'enrol', session: null, pendingSeconds: 300 });
    expect(shown.set).toBeUndefined();
    const enrolled = await send('POST', '/session/code', { body: { pending: shown.json.pending, code: code(shown.json.secret) } });
    expect(enrolled.json).toMatchObject({ state: 'signed-in', secret: null });
    expect(enrolled.json.recoveryCodes).toHaveLength(10);
    const { json: me } = await send('GET', '/session', { cookie: enrolled.token ?? '' });
    expect(me.secondFactor).toEqual({ set: true, needed: true, recoveryCodesLeft: 10 });
    const asked = await signIn('audit', PASSWORD);
    expect(asked.json).toMatchObject({ state: 'code', secret: null, uri: null });
    const wrong = await send('POST', '/session/code', { body: { pending: asked.json.pending, code: code(shown.json.secret) } });
    expect([wrong.status, wrong.json.code]).toEqual([401, 'sign-in.wrong']);
    const recovered = await send('POST', '/session/code', {
      ...{ cookie: enrolled.token ?? '', body: { pending: asked.json.pending, code: enrolled.json.recoveryCodes[0] } },
    });
    expect(recovered.json.state).toBe('signed-in');
    // The app is lost and so are the codes.
    await addUser(deps, { account: 'sec', password: PASSWORD, roles: ['security-administrator'] });
    const reset = await send('DELETE', `/users/${me.id}/second-factor`, { cookie: await comeIn('sec') });
    expect([reset.status, await whoIs(recovered.token ?? '')]).toEqual([204, 'nobody']);
    expect((await signIn('audit', PASSWORD)).json.state).toBe('enrol');
  });

  it('of one’s own comes and goes by the password', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const token = await comeIn('zhang');
    expect((await send('POST', '/session/second-factor', { cookie: token, body: { password: OTHER } })).status).toBe(401);
    const { json } = await send('POST', '/session/second-factor', { cookie: token, body: { password: PASSWORD } });
    const set = await send('PUT', '/session/second-factor', { cookie: token, body: { pending: json.pending, code: code(json.secret) } });
    expect(set.json.recoveryCodes).toHaveLength(10);
    expect([await whoIs(token), await whoIs(set.token ?? '')]).toEqual(['nobody', 'user']);
    const own = { cookie: set.token ?? '', body: { password: PASSWORD } };
    expect((await send('POST', '/session/recovery-codes', own)).json.recoveryCodes).toHaveLength(10);
    expect((await send('POST', '/session/second-factor/removal', own)).status).toBe(204);
    expect((await signIn('zhang', PASSWORD)).json.state).toBe('signed-in');
  });
});

describe('a password', () => {
  it('is changed by its owner, whose cookie is another one then', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const elsewhere = await comeIn('zhang');
    const token = await comeIn('zhang');
    const change = (old: string, password: string) => send('PUT', '/session/password', { cookie: token, body: { old, password } });
    expect(await change(OTHER, OTHER)).toMatchObject({ status: 401, json: { code: 'sign-in.wrong' } });
    expect(await change(PASSWORD, 'password1234')).toMatchObject({ status: 422, json: { reason: { code: 'password-common' } } });
    const changed = await change(PASSWORD, OTHER);
    expect(changed.status).toBe(204);
    expect([await whoIs(elsewhere), await whoIs(token), await whoIs(changed.token ?? '')]).toEqual(['nobody', 'nobody', 'user']);
  });

  it('is set on the machine, and over the network by a one-time link alone', async () => {
    const user = await addUser(deps, { account: 'zhang' });
    await addUser(deps, { account: 'sec', password: PASSWORD, roles: ['security-administrator'] });
    const own = { body: { password: PASSWORD } };
    expect((await send('PUT', '/accounts/zhang/password', { ...own, cookie: await comeIn('sec') })).json.reason.code).toBe(
      'only-on-machine',
    );
    expect(await send('PUT', '/accounts/zhang/password', { ...own, to: socket })).toMatchObject({
      status: 200,
      json: { account: 'zhang' },
    });
    const earlier = await comeIn('zhang');
    await send('PUT', '/accounts/zhang/password', { ...own, to: socket });
    expect(await whoIs(earlier)).toBe('nobody');
    const before = await comeIn('zhang');
    const link = await inviteUser(deps, user.id, { actor: cli('root'), user: null });
    const use = (token: string, password: string) => send('POST', '/set-up', { body: { token, password } });
    expect((await use(link.token, 'short')).status).toBe(422);
    expect(await use(link.token, OTHER)).toMatchObject({ status: 200, json: { account: 'zhang' } });
    expect(await whoIs(before)).toBe('nobody');
    for (const token of [link.token, 'A'.repeat(43), '']) expect([400, 404]).toContain((await use(token, OTHER)).status);
    expect((await signIn('zhang', OTHER)).json.state).toBe('signed-in');
  });
});

describe('sessions', () => {
  it('are seen and ended by their owner, and by the security administrator; a foreign one is as if it never was', async () => {
    await addUser(deps, { account: 'zhang', password: PASSWORD });
    const li = await addUser(deps, { account: 'li', password: PASSWORD });
    await addUser(deps, { account: 'sec', password: PASSWORD, roles: ['security-administrator'] });
    const [zhang, zhangToo, ofLi, sec] = [await comeIn('zhang'), await comeIn('zhang'), await comeIn('li'), await comeIn('sec')];
    const list = async (cookie: string, query = '') =>
      (await send('GET', `/sessions${query}`, { cookie })).json.items as SessionAnswerJson[];
    const accounts = async (cookie: string, query = '') => (await list(cookie, query)).map(({ account }) => account);
    expect(await accounts(zhang)).toEqual(['zhang', 'zhang']);
    expect((await list(zhang)).map(({ present }) => present)).toEqual([true, false]);
    expect(await accounts(zhang, `?user=${li.id}`)).toEqual([]);
    expect(await accounts(sec)).toEqual(['zhang', 'zhang', 'li', 'sec']);
    expect(await accounts(sec, `?user=${li.id}`)).toEqual(['li']);
    expect(await accounts(sec, '?limit=3')).toEqual(['zhang', 'zhang', 'li']);
    const [liSession] = await list(ofLi);
    const [, second] = await list(zhang);
    const end = async (cookie: string, id: string) => (await send('DELETE', `/sessions/${id}`, { cookie })).status;
    expect([await end(zhang, liSession?.id ?? ''), await end(zhang, 'ssn-none')]).toEqual([404, 404]);
    const [foreign, none] = [
      await send('DELETE', `/sessions/${liSession?.id}`, { cookie: zhang }),
      await send('DELETE', '/sessions/x', { cookie: zhang }),
    ];
    expect(Object.keys(foreign.json)).toEqual(Object.keys(none.json));
    expect(await whoIs(ofLi)).toBe('user');
    expect([await end(zhang, second?.id ?? ''), await end(sec, liSession?.id ?? '')]).toEqual([204, 204]);
    expect([await whoIs(zhangToo), await whoIs(ofLi), await whoIs(zhang)]).toEqual(['nobody', 'nobody', 'user']);
    const told = await deps.ledger.custody.of({ kind: 'user', id: li.id });
    expect(told.at(-1)).toMatchObject({ type: 'session.ended', data: { why: 'revoked' }, actor: { kind: 'user' } });
  });

  it('and what belongs to them need one: nobody gets nothing', async () => {
    for (const [method, url, body] of [
      ['GET', '/sessions'],
      ['DELETE', '/sessions/ssn-x'],
      ['PUT', '/session/password', { old: PASSWORD, password: OTHER }],
      ['POST', '/session/second-factor', { password: PASSWORD }],
      ['PUT', '/session/second-factor', { pending: 'x', code: '1' }],
      ['POST', '/session/second-factor/removal', { password: PASSWORD }],
      ['POST', '/session/recovery-codes', { password: PASSWORD }],
      ['PUT', '/accounts/zhang/password', { password: PASSWORD }],
      ['DELETE', '/users/usr-x/second-factor'],
    ] as const)
      expect([method, url, (await send(method, url, { body })).status]).toEqual([method, url, 401]);
    // The machine is not a person.
    for (const url of ['/session/second-factor', '/session/recovery-codes'])
      expect((await send('POST', url, { to: socket, body: { password: PASSWORD } })).json.reason.code).toBe('needs-session');
    const [, admin] = [await addUser(deps, { account: 'zhang', password: PASSWORD }), await comeIn('zhang')];
    expect((await send('DELETE', '/users/usr-x/second-factor', { cookie: admin })).status).toBe(403);
  });
});

describe('every command', () => {
  it('leaves in these tests all the types of entries that it declares, and no others', () => {
    for (const row of [...signInRoutes, ...sessionRoutes].filter(({ kind }) => kind === 'command')) {
      const name = `${row.method} ${row.url}`;
      expect([name, [...(left.get(name) ?? [])].toSorted()]).toEqual([name, [...custodyOfRoute(row)].toSorted()]);
    }
  });
});
