/*
 * Goal: a request that is sent again because its answer was lost changes nothing twice, and gets the answer that was lost.
 * Method: real requests with keys over the real ledger: again, at the same time, with another body, after a restart, and at the limits.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '#domain/access/tasks';
import { KEPT_MS } from '#domain/kept-answer';
import { ROUTES } from '#serve/routes';
import { buildServer } from '#serve/server';
import { STATION_ID } from '#test/support/builders';
import { aPerson, asking, openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { openLedger } from '../../adapters/sqlite-ledger/ledger.ts';

let station: ServedStation;
let app: FastifyInstance;

beforeEach(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'socket' });
});

afterEach(async () => {
  await app.close();
  await station.close();
});

const post = (url: string, payload: object, key?: string, actor = 'cli:wang') =>
  app.inject({
    ...{ method: 'POST', url: `/api/v1${url}`, payload },
    headers: { host: 'localhost', 'x-evidock-actor': actor, ...(key === undefined ? {} : { 'idempotency-key': key }) },
  });
const head = async () => (await station.ledger.custody.head())?.seq ?? -1;
const officer = (id: string) => ({ id, name: 'Wang' });

describe('a request that is sent again with its key', () => {
  it('is answered as before, with its place, and changes nothing', async () => {
    for (const [url, body] of [
      ['/cases', { number: 'A-1', title: 'One' }],
      ['/recorders', { serial: 'R1', model: 'X' }],
      ['/officers/import', { format: 'csv', text: 'id,name\n8,Li' }],
      ['/ledger/backup', {}],
      ['/jobs/retry', {}],
      ['/dockings', { directory: '/card' }],
    ] as const) {
      const key = randomUUID();
      const before = await head();
      const first = await post(url, body, key).catch(() => null);
      if (url === '/dockings') {
        // The docks of this station take nothing in. So the request fails and leaves no entry, and may be tried again.
        expect(first?.statusCode).toBe(500);
        continue;
      }
      expect(first?.statusCode, url).toBeLessThan(300);
      expect(first?.headers['idempotency-replayed']).toBeUndefined();
      const seq = await head();
      for (const written of [key, `"${key}"`]) {
        const again = await post(url, body, written);
        expect([again.statusCode, again.body, again.headers.location], url).toEqual([
          first?.statusCode,
          first?.body,
          first?.headers.location,
        ]);
        expect([again.headers['idempotency-replayed'], again.headers['content-type']]).toEqual(['true', first?.headers['content-type']]);
      }
      expect(await head(), url).toBe(seq);
      if (url !== '/jobs/retry') expect(seq).toBeGreaterThan(before);
    }
  });

  it('without it does what it asks for', async () => {
    await post('/cases', { number: 'A-1', title: 'One' }, 'first');
    expect((await post('/cases', { number: 'A-1', title: 'One' })).statusCode).toBe(409);
    expect((await post('/cases', { number: 'A-1', title: 'One' }, 'second')).statusCode).toBe(409);
  });

  it('is carried out once however many of it come at the same time', async () => {
    // So that the account of the control socket is on record, and none of these requests waits for that.
    await post('/jobs/retry', {});
    const before = await head();
    // The disk is busy, so the first request cannot end before the others have come.
    const busy = Promise.withResolvers<void>();
    const other = station.ledger.transaction(() => busy.promise);
    const asked = Array.from({ length: 8 }, () => post('/officers', officer('7'), 'k'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    busy.resolve();
    await other;
    const answers = await Promise.all(asked);
    const codes = answers.map(({ statusCode }) => statusCode).sort();
    expect(codes).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json().code).toBe('request.running');
    expect(await head()).toBe(before + 1);
    expect((await post('/officers', officer('7'), 'k')).headers['idempotency-replayed']).toBe('true');
  });

  it('and another body, or another URL, is 422', async () => {
    await post('/officers', officer('7'), 'k');
    expect((await post('/officers', officer('8'), 'k')).json()).toMatchObject({ status: 422, code: 'request.key-reused' });
    expect((await post('/recorders', { serial: 'R1' }, 'k')).statusCode).toBe(422);
    expect(await station.ledger.registry.officer('8')).toBeNull();
  });

  it('of another person is another request', async () => {
    await post('/officers', officer('7'), 'k');
    const other = await post('/officers', officer('8'), 'k', 'cli:li');
    expect([other.statusCode, other.headers['idempotency-replayed']]).toEqual([200, undefined]);
  });

  it.each([
    ['a task', { tasks: new Set<Task>(['change-registry']) }],
    ['some of the footage', { scope: { officers: ['7'], units: [], cases: [], recordings: [] } }],
    ['a role', { asker: { id: 'usr-wang', roles: ['officer' as const], officer: null, unit: null } }],
  ])('is not told its answer once they have lost %s, and is not carried out again', async (_, lost) => {
    let wang = aPerson({ asker: { id: 'usr-wang', roles: ['custodian', 'officer'], officer: null, unit: null } });
    const network = buildServer({ deps: station.deps, way: 'network', ...openTo(), principalOf: asking(() => wang) });
    const ask = () =>
      network.inject({
        ...{ method: 'POST', url: '/api/v1/officers', payload: officer('7') },
        headers: { host: 'localhost', 'idempotency-key': 'k' },
      });
    expect((await ask()).statusCode).toBe(200);
    expect((await ask()).headers['idempotency-replayed']).toBe('true');
    const seq = await head();
    wang = { ...wang, ...lost };
    const again = await ask();
    expect([again.statusCode, again.json().code, again.json().detail]).toEqual([
      409,
      'request.conflict',
      expect.stringContaining('not kept'),
    ]);
    expect(await head()).toBe(seq);
    await network.close();
  });

  it('that failed is tried again', async () => {
    const body = { serial: 'R1', officer: '7' };
    expect((await post('/recorders', body, 'k')).statusCode).toBe(404);
    await post('/officers', officer('7'));
    const again = await post('/recorders', body, 'k');
    expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([201, undefined]);
  });

  it('and a dry run is kept as such', async () => {
    const body = { format: 'csv', text: 'id,name\n8,Li', dryRun: true };
    expect((await post('/officers/import', body, 'k')).json()).toEqual({ added: 1, updated: 0 });
    expect((await post('/officers/import', body, 'k')).headers['idempotency-replayed']).toBe('true');
    expect(await station.ledger.registry.officer('8')).toBeNull();
  });

  it('of a verification is told its lines', async () => {
    const { id } = await station.addRecording(Buffer.from('a'));
    const first = await post('/verify', { recording: id }, 'k');
    expect(first.body).toContain('"type":"summary"');
    const seq = await head();
    const again = await post('/verify', { recording: id }, 'k');
    expect([again.body, again.headers['content-type'], again.headers['idempotency-replayed']]).toEqual([
      first.body,
      'application/x-ndjson',
      'true',
    ]);
    expect(await head()).toBe(seq);
  });

  it('survives a restart', async () => {
    const first = await post('/cases', { number: 'A-1', title: 'One' }, 'k');
    await station.ledger.close();
    const ledger = await openLedger({ file: join(station.directory, 'ledger.sqlite'), stationId: STATION_ID, clock: station.clock });
    const later = buildServer({ deps: { ...station.deps, ledger }, way: 'socket' });
    const again = await later.inject({
      ...{ method: 'POST', url: '/api/v1/cases', payload: { number: 'A-1', title: 'One' } },
      headers: { host: 'localhost', 'x-evidock-actor': 'cli:wang', 'idempotency-key': 'k' },
    });
    expect([again.statusCode, again.body, again.headers.location]).toEqual([201, first.body, first.headers.location]);
    await later.close();
    await ledger.close();
    station = await servedStation();
  });
});

describe('what is kept', () => {
  it('never holds the key of a worker', async () => {
    const first = await post('/workers', { name: 'render1' }, 'k');
    const { key } = first.json();
    const again = await post('/workers', { name: 'render1' }, 'k');
    expect([again.statusCode, again.json().code]).toEqual([409, 'request.conflict']);
    expect(again.json().detail).toContain('its answer is not kept');
    expect(JSON.stringify(await station.ledger.answers.get('x', 'k'))).not.toContain(key);
    const secrets = ROUTES.filter((row) => row.kind === 'command' && row.secret).map(({ url }) => url);
    expect(secrets).toEqual(['/api/v1/users/:id/set-up-link', '/api/v1/workers']);
  });

  it('goes after a day', async () => {
    await post('/officers', officer('7'), 'k');
    station.clock.advance(KEPT_MS);
    expect((await post('/officers', officer('8'), 'k')).statusCode).toBe(200);
  });

  it('has a key that is one text', async () => {
    for (const key of ['', '""', 'a b', 'ü', 'x'.repeat(201), '"open'])
      expect((await post('/officers', officer('7'), key)).statusCode, key).toBe(400);
    expect(await station.ledger.registry.officer('7')).toBeNull();
  });

  it('is asked for with POST alone', async () => {
    const put = await app.inject({
      ...{ method: 'PUT', url: '/api/v1/slots/3', payload: { port: '1-4.2' } },
      headers: { host: 'localhost', 'idempotency-key': 'k' },
    });
    expect(put.statusCode).toBe(400);
  });
});
