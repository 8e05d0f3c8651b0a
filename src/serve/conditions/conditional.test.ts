/*
 * Goal: of two people who change the same thing at once, one is told that it has changed. An answer that the client already has is not sent again.
 * Method: real requests over the real ledger; where two compete, both are sent at the same time.
 */
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subject } from '#domain/custody/subject';
import { ROUTES } from '#serve/routes';
import { buildServer } from '#serve/server';
import { type ServedStation, servedStation } from '#test/support/served-station';

let station: ServedStation;
let app: FastifyInstance;
let recording: string;
let unit: string;

beforeEach(async () => {
  station = await servedStation();
  await station.ledger.recover();
  app = buildServer({ deps: station.deps, way: 'socket' });
  recording = (await station.addRecording(Buffer.from('a'))).id;
  for (const [url, body] of [
    ['/cases', { number: 'A-1', title: 'One' }],
    ['/officers', { id: '7', name: 'Wang' }],
    ['/recorders', { serial: 'R1', model: 'X' }],
    ['/units', { name: 'Bureau' }],
    ['/users', { account: 'wang', name: 'Wang' }],
  ] as const)
    expect((await ask('POST', url, {}, body)).statusCode).toBeLessThan(300);
  unit = (await ask('GET', '/units/Bureau')).json().id;
  expect((await ask('PUT', '/slots/3', {}, { port: '1-4.2' })).statusCode).toBe(201);
});

afterEach(async () => {
  await app.close();
  await station.close();
});

const ask = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, headers: Record<string, string> = {}, payload?: object) =>
  app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { host: 'localhost', 'x-evidock-actor': 'cli:wang', ...headers },
    ...(payload ? { payload } : {}),
  });

type Changed = { readonly url: string; readonly method: 'PATCH' | 'PUT'; readonly one: object; readonly other: object };
/** Each thing that two people may change at once, with two changes of it. */
const changed = (): Record<string, Changed> => ({
  recording: { url: `/recordings/${recording}`, method: 'PATCH', one: { important: true }, other: { category: 'fee' } },
  case: { url: '/cases/A-1', method: 'PATCH', one: { stage: 'review' }, other: { title: 'Two' } },
  officer: { url: '/officers/7', method: 'PATCH', one: { unit: 'B' }, other: { name: 'Li' } },
  recorder: { url: '/recorders/R1', method: 'PATCH', one: { model: 'Y' }, other: { officer: '7' } },
  user: { url: '/users/wang', method: 'PATCH', one: { roles: ['officer'] }, other: { name: 'Li' } },
  unit: { url: `/units/${unit}`, method: 'PATCH', one: { name: 'City' }, other: { name: 'Town' } },
  slot: { url: '/slots/3', method: 'PUT', one: { port: '1-4.3' }, other: { port: '1-4.4' } },
});
const KINDS = ['recording', 'case', 'officer', 'recorder', 'user', 'unit', 'slot'] as const;

describe('If-Match', () => {
  it('is judged by every route that changes what has a URL of its own', () => {
    const judged = ROUTES.filter((row) => row.kind === 'command' && row.resource && row.method !== 'POST').map(
      ({ url }) => url.split('/')[3],
    );
    expect([...new Set(judged)].sort()).toEqual([...KINDS].map((kind) => `${kind}s`).sort());
    // These need no ETag: they add to a list, decide something once and for all, or replace a secret that nobody may read.
    const secrets = ['/session/password', '/session/second-factor', '/accounts/:account/password', '/session/pin', '/users/:id/badge'];
    const free = [
      '/slots/learning',
      '/suggestions/:id/decision',
      '/retention/corrections/:number/decision',
      '/duties/:id/acknowledgement',
      ...secrets,
    ];
    for (const row of ROUTES) {
      if (row.kind !== 'command' || (row.method !== 'PATCH' && row.method !== 'PUT') || free.includes(row.url.replace('/api/v1', '')))
        continue;
      expect(row.resource, row.url).toBeDefined();
    }
  });

  it.each(KINDS)('lets one of two changes of a %s win that race, and tells the other the ETag of today', async (kind) => {
    const { url, method, one, other } = changed()[kind] as Changed;
    const { etag = '' } = (await ask('GET', url)).headers;
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    const before = (await station.ledger.custody.head())?.seq ?? 0;
    const answers = await Promise.all([one, other].map((body) => ask(method, url, { 'if-match': etag }, body)));
    expect(answers.map(({ statusCode }) => (statusCode < 300 ? 'won' : statusCode)).sort()).toEqual([412, 'won']);
    const lost = answers.find(({ statusCode }) => statusCode === 412);
    expect(lost?.json()).toMatchObject({ code: 'request.changed', status: 412 });
    const now = (await ask('GET', url)).headers.etag;
    expect(now).not.toBe(etag);
    expect(lost?.headers.etag).toBe(now);
    // The refused request has left no entry.
    expect((await station.ledger.custody.head())?.seq).toBe(before + 1);
    expect((await ask(method, url, { 'if-match': String(now) }, kind === 'slot' ? { port: '1-4.9' } : other)).statusCode).toBeLessThan(300);
  });

  it.each(KINDS.filter((kind) => kind !== 'slot'))('gets the ETag of a changed %s with the answer', async (kind) => {
    const { url, method, one, other } = changed()[kind] as Changed;
    const { etag } = (await ask(method, url, {}, one)).headers;
    const got = await ask('GET', url);
    expect(got.headers.etag).toBe(etag);
    expect((await ask(method, url, { 'if-match': `"other", ${etag}` }, other)).statusCode).toBe(200);
  });

  it('is not satisfied by a weak tag, but by anything where it is `*`; without it a change is taken as it comes', async () => {
    const url = '/officers/7';
    const { etag } = (await ask('GET', url)).headers;
    expect((await ask('PATCH', url, { 'if-match': `W/${etag}` }, { unit: '1' })).statusCode).toBe(412);
    expect((await ask('PATCH', url, { 'if-match': '*' }, { unit: '2' })).statusCode).toBe(200);
    expect((await ask('PATCH', url, {}, { unit: '3' })).statusCode).toBe(200);
    expect((await ask('PATCH', url, { 'if-match': 'none' }, { unit: '4' })).statusCode).toBe(400);
    expect(await station.ledger.registry.officer('7')).toMatchObject({ unit: '3' });
  });

  it('of something that is not there is 404, of a free slot 412', async () => {
    expect((await ask('PATCH', '/officers/8', { 'if-match': '*' }, { unit: '1' })).statusCode).toBe(404);
    const free = await ask('PUT', '/slots/4', { 'if-match': '*' }, { port: '1-4.4' });
    expect([free.statusCode, free.headers.etag]).toEqual([412, undefined]);
    expect((await ask('PUT', '/slots/3', { 'if-none-match': '*' }, { port: '1-4.4' })).statusCode).toBe(412);
    expect((await ask('PUT', '/slots/4', { 'if-none-match': '*' }, { port: '1-4.4' })).statusCode).toBe(201);
  });

  it('is refused where nobody would look at it', async () => {
    for (const headers of [{ 'if-match': '*' }, { 'if-none-match': '*' }])
      expect((await ask('POST', '/officers', headers, { id: '9', name: 'A' })).statusCode).toBe(400);
    expect(await station.ledger.registry.officer('9')).toBeNull();
  });
});

describe('If-None-Match', () => {
  it.each(['/recordings', '/officers/7', '/cases', '/slots', '/health'])('of %s is 304 until it changes', async (url) => {
    const first = await ask('GET', url);
    const again = await ask('GET', url, { 'if-none-match': `W/${first.headers.etag}` });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', first.headers.etag]);
    expect((await ask('GET', url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('of a list tells that one of its things changed', async () => {
    const { etag } = (await ask('GET', '/recordings')).headers;
    await ask('PATCH', `/recordings/${recording}`, {}, { important: true });
    expect((await ask('GET', '/recordings', { 'if-none-match': String(etag) })).statusCode).toBe(200);
  });
});

describe('what is sent and answered', () => {
  it('in another form than JSON is 415, and changes nothing', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await app.inject({
        ...{ method: 'PATCH', url: '/api/v1/officers/7', payload: '{"unit":"B"}' },
        headers: { host: 'localhost', 'content-type': type },
      });
      expect([answer.statusCode, answer.json().code], type).toEqual([415, 'request.media-type']);
    }
    expect(await station.ledger.registry.officer('7')).toMatchObject({ unit: null });
  });

  it('is 204 where there is nothing to tell', async () => {
    await ask('PATCH', `/recordings/${recording}`, {}, { cases: ['A-1'] });
    const taken = await ask('DELETE', `/recordings/${recording}/cases/A-1`);
    expect([taken.statusCode, taken.body, taken.headers['content-type']]).toEqual([204, '', undefined]);
    expect((await ask('DELETE', `/recordings/${recording}/cases/A-1`)).statusCode).toBe(404);
    expect((await ask('DELETE', '/recordings/rec-none/cases/A-1')).statusCode).toBe(404);
    const told = await station.ledger.custody.of(subject('recording', recording));
    expect(told.at(-1)).toMatchObject({ type: 'recording.tagged', data: { cases: { old: ['A-1'], new: [] } } });
  });
});
