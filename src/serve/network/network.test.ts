/*
 * Goal: who reaches the listener over a network, as whom, and what keeps others out: TLS, proxies that are named, hosts, origins, rates, slow clients.
 * Method: real listeners over TCP and TLS on loopback. A client of another address is one for which a proxy on loopback that is named speaks.
 */
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { connect as tlsConnect } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TlsPair, TlsSource } from '#ports/tls-source';
import { jsonOf, send } from '#test/support/http/http-ways';
import { makeTlsPair } from '#test/support/http/tls-pair';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { STREAMS_MAX } from '../limits.ts';
import { buildServer } from '../server.ts';
import { CONNECTIONS_OF_ADDRESS_MAX } from './connections.ts';
import { COUNTED_MAX } from './rates.ts';
import { type NetworkSettings, THIS_MACHINE } from './settings.ts';

let station: ServedStation;
let app: FastifyInstance | undefined;
let port = 0;
const open: { destroy(): unknown }[] = [];

beforeEach(async () => {
  station = await servedStation();
});
afterEach(async () => {
  for (const each of open.splice(0)) each.destroy();
  await app?.close();
  await station.close();
});

/** `who`: whoever asks may do everything, or is nobody whom the station knows. */
async function listen(settings: Partial<NetworkSettings>, who: 'person' | 'nobody' = 'person'): Promise<void> {
  app = buildServer({
    deps: station.deps,
    way: 'network',
    ...(who === 'person' ? openTo() : {}),
    network: { ...THIS_MACHINE, names: ['station.example'], ...settings },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
}

type Headers = Readonly<Record<string, string>>;
const PROXIES = ', 127.0.0.2'.repeat(16);
const BEHIND_PROXY = { proxies: ['127.0.0.1'] };
const throughProxy = (client: string, more: Headers = {}) => ({
  'x-forwarded-for': client,
  'x-forwarded-proto': 'https',
  host: 'station.example',
  ...more,
});

async function ask(headers: Headers, { method = 'GET', path = '/api/v1/health' } = {}) {
  const response = await send({ host: '127.0.0.1', port, path, method, headers: { ...headers } });
  return { status: response.statusCode ?? 0, headers: response.headers, json: await jsonOf(response) };
}

describe('behind a reverse proxy that is named', () => {
  beforeEach(() => listen(BEHIND_PROXY));

  it('answers what came over TLS, with HSTS, under its names alone', async () => {
    const answer = await ask(throughProxy('203.0.113.7'));
    expect([answer.status, answer.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    expect((await ask({ host: 'localhost' })).headers['strict-transport-security']).toBeUndefined();
    expect((await ask(throughProxy('203.0.113.7'), { path: '/%zz' })).headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await ask(throughProxy('203.0.113.7', { host: 'rebound.example' }))).json).toMatchObject({
      code: 'request.forbidden',
      reason: { code: 'host-unknown' },
    });
    expect((await ask(throughProxy('203.0.113.7', { 'x-forwarded-host': 'rebound.example' }))).json).toMatchObject({
      reason: { code: 'host-unknown' },
    });
    expect((await ask(throughProxy('203.0.113.7', { host: 'localhost', 'x-forwarded-host': 'STATION.example.:443' }))).status).toBe(200);
  });

  it.each([
    ['came unencrypted', { 'x-forwarded-proto': 'http' }, 'came-unencrypted'],
    ['a proxy says nothing of', { 'x-forwarded-proto': '' }, 'proxy-unsaid'],
    ['a client says of itself, before the proxy', { 'x-forwarded-proto': 'https, http' }, 'came-unencrypted'],
  ])('refuses what %s', async (_, more, code) => {
    expect((await ask(throughProxy('203.0.113.7', more))).json).toMatchObject({ code: 'request.forbidden', reason: { code } });
  });

  it('judges the origin by what the client sees: scheme, name and port of the proxy', async () => {
    const post = (origin: string, more: Headers = {}) =>
      ask(throughProxy('203.0.113.7', { origin, ...more }), { method: 'POST', path: '/api/v1/verify' });
    const refusedForIts = async (origin: string, more: Headers = {}) =>
      ((await post(origin, more)).json['reason'] as { code: string }).code === 'origin-refused';
    expect(await refusedForIts('https://station.example')).toBe(false);
    expect(await refusedForIts('https://station.example', { host: 'station.example:443' })).toBe(false);
    for (const origin of [
      'http://station.example',
      'https://station.example:444',
      'https://station.example.org',
      'https://x.station.example',
      'null',
      '',
    ])
      expect(await refusedForIts(origin), origin).toBe(true);
  });
});

describe('who the client is', () => {
  /** The address that the limit of requests counts is the one that audit and lock-out get. */
  async function limitedApart(settings: Partial<NetworkSettings>, first: Headers, second: Headers): Promise<boolean> {
    await listen({ ...BEHIND_PROXY, requestsPerMinute: 3, ...settings }, 'nobody');
    const host = { host: 'station.example', 'x-forwarded-proto': 'https' };
    for (let n = 0; n < 3; n += 1) expect((await ask({ ...host, ...first })).status).toBe(200);
    expect((await ask({ ...host, ...first })).status).toBe(429);
    return (await ask({ ...host, ...second })).status === 200;
  }

  it.each([
    ['two clients of one proxy', '203.0.113.7', '203.0.113.8', true],
    ['one client that writes addresses of others before its own', '198.51.100.1, 203.0.113.7', '198.51.100.2, 203.0.113.7', false],
    ['one client of two proxies, one behind the other', '203.0.113.7, 127.0.0.1', '203.0.113.7', false],
    ['two clients behind two proxies', '203.0.113.7, 127.0.0.1', '203.0.113.8, 127.0.0.1', true],
    ['one client with a port', '203.0.113.7:1', '203.0.113.7:2', false],
    ['one IPv4 client in two notations', '::ffff:203.0.113.7', '203.0.113.7', false],
    ['two addresses of one IPv6 network', '2001:db8:1:2::1', '[2001:db8:1:2:ffff::9]:80', false],
    ['two IPv6 networks', '2001:db8:1:2::1', '2001:db8:1:3::1', true],
    ['two clients behind more proxies than are followed', `203.0.113.7${PROXIES}`, `203.0.113.8${PROXIES}`, false],
    ['nonsense after nonsense', '203.0.113.7, unknown', '203.0.113.8, <script>', false],
  ])('%s', async (_, first, second, apart) => {
    expect(await limitedApart({ proxies: ['127.0.0.0/8'] }, { 'x-forwarded-for': first }, { 'x-forwarded-for': second })).toBe(apart);
  });

  it('is never told by Forwarded (RFC 7239)', async () => {
    const forwarded = (address: string) => ({
      'x-forwarded-for': '203.0.113.7',
      forwarded: `for=${address};proto=https;host=station.example`,
    });
    expect(await limitedApart({}, forwarded('198.51.100.1'), forwarded('198.51.100.2'))).toBe(false);
  });

  it('is not told by somebody who is no proxy: their own address and scheme count', async () => {
    await listen({ proxies: ['10.0.0.0/28'], requestsPerMinute: 2 }, 'nobody');
    for (let n = 0; n < 5; n += 1) {
      const answer = await ask(throughProxy('203.0.113.7', { 'x-forwarded-host': 'rebound.example' }));
      expect([answer.status, answer.headers['strict-transport-security']]).toEqual([200, undefined]);
    }
  });
});

describe('connections', () => {
  it('of a proxy that is named are as many as its clients need; of another address they are limited', async () => {
    await listen(BEHIND_PROXY);
    const sockets = await Promise.all(
      Array.from(
        { length: CONNECTIONS_OF_ADDRESS_MAX + 5 },
        () =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject);
          }),
      ),
    );
    open.push(...sockets);
    expect((await ask(throughProxy('203.0.113.7'))).status).toBe(200);
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    const held = await new Promise<number>((resolve) => app?.server.getConnections((_, count) => resolve(count)));
    expect(held).toBeGreaterThanOrEqual(sockets.length);
    expect(app?.server.maxConnections).toBe(1024);
  });
});

describe('rates', () => {
  it('refuse with 429 and retry-after, count for themselves footage and what is no footage, and leave event streams alone', async () => {
    await listen({ ...BEHIND_PROXY, requestsPerMinute: 2, footagePerMinute: 3 });
    const { id } = await station.addRecording(Buffer.from('bytes'));
    const status = async (path: string) => (await ask(throughProxy('203.0.113.7'), { path })).status;
    const footage = () =>
      send({ host: '127.0.0.1', port, path: `/api/v1/recordings/${id}/playback`, headers: throughProxy('203.0.113.7') });
    expect([await status('/api/v1/health'), await status('/api/v1/nothing'), await status('/api/v1/health')]).toEqual([200, 404, 429]);
    const refused = await ask(throughProxy('203.0.113.7'));
    expect(refused.json).toMatchObject({ code: 'request.too-often', reason: { params: { limit: 2 } } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const ranges = [];
    for (let n = 0; n < 4; n += 1) ranges.push((await footage()).statusCode);
    expect(ranges).toEqual([200, 200, 200, 429]);
    const stream = await send({ host: '127.0.0.1', port, path: '/api/v1/events', headers: throughProxy('203.0.113.7') });
    open.push(stream);
    expect(stream.statusCode).toBe(200);
    const metrics = await send({ host: '127.0.0.1', port, path: '/metrics' });
    expect((await buffer(metrics)).toString()).toContain('evidock_http_requests_limited_total{by="address"} 3');
  });

  it('count an account wherever it asks from, also on this machine', async () => {
    await listen({ ...BEHIND_PROXY, requestsPerMinute: 3 });
    const from = async (headers: Headers) => (await ask(headers)).status;
    const told = [await from({}), await from(throughProxy('203.0.113.7')), await from(throughProxy('203.0.113.8')), await from({})];
    expect(told).toEqual([200, 200, 200, 429]);
  });

  it('let in as many event streams as all may hold together, of a thousand clients of as many addresses', async () => {
    await listen(BEHIND_PROXY);
    const clients = Array.from({ length: 1000 }, (_, n) => `10.1.${n >> 8}.${n & 255}`);
    const answers = await Promise.all(
      clients.map((client) => send({ host: '127.0.0.1', port, path: '/api/v1/events', headers: throughProxy(client) })),
    );
    open.push(...answers);
    const statuses = Map.groupBy(answers, ({ statusCode }) => statusCode);
    expect([statuses.get(200)?.length, statuses.get(503)?.length]).toEqual([STREAMS_MAX, 1000 - STREAMS_MAX]);
    expect((await ask(throughProxy('10.2.0.1'))).status).toBe(200);
  });

  it('remember a limited number of addresses: of more, the one that asked least recently begins anew', async () => {
    await listen({ ...BEHIND_PROXY, requestsPerMinute: 2 });
    const status = async (address: string) => (await app?.inject({ url: '/api/v1/nothing', headers: throughProxy(address) }))?.statusCode;
    const first = [await status('10.9.9.9'), await status('10.9.9.9'), await status('10.9.9.9')];
    for (let n = 0; n < COUNTED_MAX; n += 1) await status(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    expect([...first, await status('10.9.9.9')]).toEqual([404, 404, 429, 404]);
  });
});

describe('requests of pages', () => {
  beforeEach(() => listen({}));
  const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const POST = { method: 'POST', path: '/api/v1/verify' };

  it('lets a person arrive by a link of a mail or another site, and come back from an identity provider', async () => {
    for (const site of ['cross-site', 'same-site', 'none']) expect((await ask({ 'sec-fetch-site': site, ...NAVIGATION })).status).toBe(200);
  });

  it.each([
    [
      'a picture, script or fetch of another site',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    ['a page of a neighbour of the same site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('refuses %s', async (_, headers) => {
    expect((await ask(headers)).json).toMatchObject({ code: 'request.forbidden', reason: { code: 'other-site' } });
  });

  it('sends nobody to footage from another site: a look would be on record under their name; nor to a stream of events', async () => {
    const { id } = await station.addRecording(Buffer.from('bytes'));
    const path = `/api/v1/recordings/${id}/playback`;
    const toEvents = await ask({ 'sec-fetch-site': 'cross-site', ...NAVIGATION }, { path: '/api/v1/events' });
    expect(toEvents.json).toMatchObject({ reason: { code: 'other-site' } });
    expect((await ask({ 'sec-fetch-site': 'cross-site', ...NAVIGATION }, { path })).json).toMatchObject({ reason: { code: 'other-site' } });
    expect((await send({ host: '127.0.0.1', port, path, headers: { 'sec-fetch-site': 'none', ...NAVIGATION } })).statusCode).toBe(200);
  });

  it.each([
    ['a form of another site', { 'sec-fetch-site': 'cross-site', ...NAVIGATION }, 'other-site'],
    ['a form of a neighbour of the same site', { 'sec-fetch-site': 'same-site', ...NAVIGATION }, 'other-site'],
    ['an address that was typed', { 'sec-fetch-site': 'none', ...NAVIGATION }, 'other-site'],
    ['a neighbour that an old browser names', { origin: 'http://neighbour.example' }, 'origin-refused'],
    ['a page that a browser does not name, with a cookie', { cookie: 'evidock_session=x' }, 'origin-unsaid'],
  ])('refuses a command of %s', async (_, headers, code) => {
    expect((await ask(headers as Headers, POST)).json).toMatchObject({ code: 'request.forbidden', reason: { code } });
  });

  it('carries out commands of its own page, and of programs that have no cookie', async () => {
    const own = `http://localhost:${port}`;
    for (const headers of [
      { origin: own, host: `localhost:${port}`, cookie: 'a=b' },
      { 'sec-fetch-site': 'same-origin', cookie: 'a=b' },
      {},
    ] as Headers[]) {
      const { json } = await ask(headers, POST);
      expect(['other-site', 'origin-refused', 'origin-unsaid']).not.toContain((json['reason'] as { code: string } | undefined)?.code);
    }
  });

  it('puts the headers on every answer, also on refusals and on what is not there', async () => {
    for (const [headers, path] of [
      [{}, '/api/v1/health'],
      [{ host: 'rebound.example' }, '/api/v1/health'],
      [{}, '/nowhere'],
      [{}, '/%zz'],
      [{}, `/api/v1/recordings/${'x'.repeat(300)}`],
    ] as [Headers, string][]) {
      const answer = await ask(headers, { path });
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'SAMEORIGIN',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      });
      expect(answer.headers['x-powered-by']).toBeUndefined();
    }
  });

  it.each([
    '/api/v1/recordings/%0d%0aset-cookie:%20a=b',
    '/api/v1/recordings/x%0aset-cookie:a',
    '/api/v1/cases/%E2%80%A8',
    '/%0d%0a%0d%0a<html>',
  ])('makes no header of what a path says: %s', async (path) => {
    const answer = await ask({}, { path });
    expect([answer.headers['set-cookie'], answer.status < 500]).toEqual([undefined, true]);
  });
});

describe('TLS', () => {
  /** A source of which a test changes the pair. */
  class Pairs implements TlsSource {
    #listener: ((pair: TlsPair) => void) | undefined;
    current: TlsPair;
    constructor(pair: TlsPair) {
      this.current = pair;
    }
    pair = () => this.current;
    state = () => ({ sha256: 'ab'.repeat(32), notAfterMs: 0, refused: null });
    onChange(listener: (pair: TlsPair) => void) {
      this.#listener = listener;
      return () => {
        this.#listener = undefined;
      };
    }
    get isHeard() {
      return this.#listener !== undefined;
    }
    put(pair: TlsPair) {
      this.current = pair;
      this.#listener?.(pair);
    }
  }
  async function aPair(stem: string): Promise<TlsPair> {
    const { certificate, key } = await makeTlsPair(station.directory, { stem });
    const { readFile } = await import('node:fs/promises');
    return { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  }
  function overTls(options: object): Promise<{ status: number; hsts: unknown; subject: unknown }> {
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(
        { host: '127.0.0.1', port, path: '/api/v1/health', agent: false, headers: { host: 'station.example' }, ...options },
        (response) => {
          const { subject } = (response.socket as ReturnType<typeof tlsConnect>).getPeerCertificate();
          response.resume();
          resolve({ status: response.statusCode ?? 0, hsts: response.headers['strict-transport-security'], subject: subject.CN });
        },
      );
      outgoing.once('error', reject).end();
    });
  }

  it('takes a new pair over for new connections, while open ones go on; tells HSTS; speaks nothing older than TLS 1.2', async () => {
    const [one, two] = [await aPair('one'), await aPair('two')];
    const tls = new Pairs(one);
    await listen({ tls });
    const ca = [one.cert, two.cert];
    const checked = { ca, servername: 'station.example' };
    const old = tlsConnect({ host: '127.0.0.1', port, ...checked });
    open.push(old);
    await new Promise((ready) => old.once('secureConnect', ready));
    expect(await overTls(checked)).toEqual({ status: 200, hsts: 'max-age=31536000', subject: 'one' });
    tls.put(two);
    expect(await overTls(checked)).toMatchObject({ status: 200, subject: 'two' });
    old.write('GET /api/v1/health HTTP/1.1\r\nHost: station.example\r\nConnection: close\r\n\r\n');
    expect((await buffer(old)).toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await overTls({ ...checked, maxVersion: 'TLSv1.2' })).toMatchObject({ status: 200 });
    await expect(overTls({ ...checked, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow();
    await app?.close();
    expect(tls.isHeard).toBe(false);
  });

  it('says nothing to who speaks plain HTTP', async () => {
    await listen({ tls: new Pairs(await aPair('one')) });
    await expect(ask({})).rejects.toThrow();
  });
});

describe('slow clients', () => {
  /** Writes one piece each 300 ms until the connection ends. Resolves with how long it lasted, ms. */
  async function drip(pieces: () => string): Promise<number> {
    const begun = performance.now();
    const socket = await new Promise<Socket>((resolve) => {
      const made = connect(port, '127.0.0.1', () => resolve(made));
    });
    open.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    const timer = setInterval(() => socket.writable && socket.write(pieces()), 300);
    await new Promise((ended) => socket.once('close', ended));
    clearInterval(timer);
    return performance.now() - begun;
  }

  it('are cut off: silent, with headers without an end, or idle after a request; others are answered meanwhile', async () => {
    await listen({});
    const began = ['GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n'];
    const [silent, headers, idle] = await Promise.all([
      drip(() => ''),
      drip(() => began.pop() ?? 'x-more: y\r\n'),
      drip(vi.fn(() => '').mockReturnValueOnce('GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n')),
      ask({}).then(({ status }) => expect(status).toBe(200)),
    ]);
    for (const lasted of [silent, headers, idle]) expect(lasted).toBeLessThan(16_000);
  });
});
