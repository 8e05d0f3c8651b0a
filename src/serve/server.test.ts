/*
 * Goal: what each way in allows, and that nothing of another site gets in; footage goes out byte by byte right, and never before the
 * look is on record.
 * Method: the whole table of routes over real sockets, with the real ledger and vault.
 */

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { chmod, rename, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '#domain/canonical-json';
import { actorText } from '#domain/custody/actor';
import { ERRORS } from '#domain/errors';
import { about } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { showDocking } from '#test/support/shown-docking';
import { ROUTES } from './routes.ts';
import { buildServer, listenOnSocket } from './server.ts';

let station: ServedStation;
let tcp: FastifyInstance;
let control: FastifyInstance;
let port: number;
let socketPath: string;
const content = randomBytes(3 * 1024 * 1024 + 17);
let recording: { id: string; playable: Uint8Array };

function send(options: RequestOptions & { body?: unknown }): Promise<IncomingMessage> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = { host: 'localhost', ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...rest.headers };
    const outgoing = httpRequest({ agent: false, ...rest, headers: headers as Record<string, string> });
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(payload);
  });
}

const overTcp = (path: string, options: RequestOptions & { body?: unknown } = {}) => send({ host: '127.0.0.1', port, path, ...options });
const overSocket = (path: string, options: RequestOptions & { body?: unknown } = {}) => send({ socketPath, path, ...options });
const jsonOf = async (response: IncomingMessage) => JSON.parse((await buffer(response)).toString()) as Record<string, unknown>;
const looks = async (id: string) => (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.viewed');

describe('the API', () => {
  beforeAll(async () => {
    station = await servedStation();
    recording = await station.addRecording(content);
    tcp = buildServer({ deps: station.deps, way: 'loopback' });
    await tcp.listen({ host: '127.0.0.1', port: 0 });
    port = (tcp.server.address() as AddressInfo).port;
    control = buildServer({ deps: station.deps, way: 'socket' });
    socketPath = join(station.directory, 'run/control.sock');
    await listenOnSocket(control, socketPath);
  });

  afterAll(async () => {
    await tcp?.close();
    await control?.close();
    await station?.close();
  });

  describe('ways in', () => {
    it.each(ROUTES.map((row) => [row.method, row.url, row.needs] as const))('%s %s needs %s', async (method, url, access) => {
      const path = url
        .replace(':id', 'rec-none')
        .replace(':number', 'none')
        .replace(':serial', 'none')
        .replace(':kind', 'poster')
        .replace(':index', '1');
      for (const [way, grants] of [
        [overTcp, 'viewer'],
        [overSocket, 'operator'],
      ] as const) {
        const response = await way(path, { method, ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) });
        const refused = access === 'operator' && grants === 'viewer';
        if (refused) {
          expect(response.statusCode).toBe(403);
          expect(await jsonOf(response)).toMatchObject({
            code: 'request.forbidden',
            remedy: expect.any(String),
            instance: `urn:uuid:${response.headers['x-request-id']}`,
          });
        } else {
          expect(response.statusCode, url).not.toBe(403);
          expect(response.statusCode, url).toBeLessThan(500);
        }
        response.destroy();
      }
    });

    it('keeps the control socket to the owner', () => {
      expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    });

    it('does not take the socket from a station that answers, but from one that is dead', async () => {
      const second = buildServer({ deps: station.deps, way: 'socket' });
      await expect(listenOnSocket(second, socketPath)).rejects.toMatchObject({ code: 'ledger.in-use' });
      const stale = join(station.directory, 'run/stale.sock');
      await writeFile(stale, '');
      await listenOnSocket(second, stale);
      expect((await send({ socketPath: stale, path: '/api/v1/health' })).statusCode).toBe(200);
      await second.close();
    });

    it.each([
      ['a rebound name', { host: 'station.example' }],
      ['a name that only begins right', { host: 'localhost.example:8470' }],
      ['a page of another site', { origin: 'http://example.org' }],
      ['a page on another port', { host: 'localhost:1', origin: 'http://localhost:2' }],
      ['a file or sandboxed page', { origin: 'null' }],
      ['an embedded picture of another site', { 'sec-fetch-site': 'cross-site' }],
    ])('refuses %s', async (_, headers) => {
      for (const way of [overTcp, overSocket]) {
        const response = await way('/api/v1/health', { headers });
        expect(response.statusCode).toBe(403);
        response.destroy();
      }
    });

    it.each(['localhost:8470', '127.0.0.1', '[::1]:9', 'LOCALHOST'])('answers to the host %s', async (host) => {
      const response = await overTcp('/api/v1/health', { headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' } });
      expect(response.statusCode).toBe(200);
      response.destroy();
    });

    it.each(['localhost:0', 'localhost:65536', '127.0.0.1:99999'])('refuses the host %s, which names no port', async (host) => {
      const response = await overTcp('/api/v1/health', { headers: { host } });
      expect([response.statusCode, await jsonOf(response)]).toMatchObject([400, { code: 'request.invalid' }]);
    });

    it.each(['Host: localhost\r\nHost: localhost', 'Host: localhost\r\nhost: station.example', 'HOST: station.example\r\nHost: localhost'])(
      'refuses two hosts: %j',
      async (hosts) => {
        const socket = connect(port, '127.0.0.1');
        socket.write(`GET /api/v1/health HTTP/1.1\r\n${hosts}\r\nConnection: close\r\n\r\n`);
        expect((await buffer(socket)).toString()).toMatch(/^HTTP\/1\.1 400 /);
      },
    );

    it.each([
      ['a value', '{"number":"A","title":"\\ud800"}'],
      [
        'a value deep inside',
        '{"number":"A","title":"t","events":[{"start":"2026-06-20 15:00","end":"2026-06-20 16:00","place":"x\\udfffy"}]}',
      ],
      ['a name', '{"number":"A","title":"t","\\ud83d":1}'],
      ['a C1 control character', '{"number":"A\\u009b31m","title":"t"}'],
    ])('refuses half of a character, or one that a terminal obeys, in %s', async (_, text) => {
      const options = { method: 'POST', headers: { 'content-type': 'application/json', host: 'localhost' } };
      const outgoing = httpRequest({ socketPath, path: '/api/v1/cases', agent: false, ...options });
      outgoing.end(text);
      const response = await new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
      expect([response.statusCode, await jsonOf(response)]).toMatchObject([400, { code: 'request.invalid' }]);
    });

    it('bounds bodies, and refuses what the schema does not know', async () => {
      const large = await overSocket('/api/v1/cases', { method: 'POST', body: { number: 'A', title: 'x'.repeat(100_000) } });
      expect(large.statusCode).toBe(413);
      expect(await jsonOf(large)).toMatchObject({ code: 'request.too-large', status: 413 });
      const unknown = await overSocket('/api/v1/cases', { method: 'POST', body: { number: 'A', title: 'B', colour: 'red' } });
      expect(unknown.statusCode).toBe(400);
      expect((await jsonOf(unknown))['detail']).toContain('colour');
      const stage = await overSocket('/api/v1/cases', { method: 'POST', body: { number: 'A', title: 'B', stage: 'lunch' } });
      expect((await jsonOf(stage))['detail']).toMatch(/stage.*filing/);
      const filter = await overTcp('/api/v1/recordings?colour=red');
      expect(filter.statusCode).toBe(400);
      expect(await jsonOf(await overTcp('/api/v1/nothing'))).toMatchObject({ code: 'request.not-found' });
    });

    it.each([
      ['an unknown route', '/api/v1/nothing', { method: 'GET' }, 404, 'request.not-found'],
      ['a route that is not valid', '/api/v1/recordings/%zz', { method: 'GET' }, 400, 'request.invalid'],
      ['a method that a route has not', '/api/v1/cases/A-1', { method: 'DELETE' }, 405, 'request.method'],
      ['a method that a list has not', '/api/v1/cases', { method: 'PUT', headers: { 'content-type': 'text/csv' } }, 405, 'request.method'],
      [
        'another media type',
        '/api/v1/cases',
        { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'x' },
        415,
        'request.media-type',
      ],
      [
        'what is no JSON',
        '/api/v1/cases',
        { method: 'POST', headers: { 'content-type': 'application/json' }, text: '{' },
        400,
        'request.invalid',
      ],
      ['what contradicts the schema', '/api/v1/cases', { method: 'POST', body: {} }, 400, 'request.invalid'],
    ] as const)('answers %s with problem details', async (_, path, options, status, code) => {
      const outgoing = httpRequest({
        socketPath,
        path,
        agent: false,
        ...options,
        headers: { host: 'localhost', ...('headers' in options ? options.headers : { 'content-type': 'application/json' }) },
      });
      outgoing.end('text' in options ? options.text : 'body' in options ? JSON.stringify(options.body) : undefined);
      const response = await new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      const problem = await jsonOf(response);
      expect(problem).toEqual({
        type: `urn:evidock:problem:${code}`,
        title: ERRORS[code].what,
        status,
        detail: expect.stringMatching(/./),
        instance: `urn:uuid:${response.headers['x-request-id']}`,
        code,
        remedy: ERRORS[code].remedy,
      });
      expect(response.headers.allow).toBe(status === 405 ? (path.endsWith('A-1') ? 'GET, HEAD, PATCH' : 'GET, HEAD, POST') : undefined);
    });

    it('describes every route in an OpenAPI 3.1 document', async () => {
      const document = (await jsonOf(await overTcp('/api/v1/openapi.json'))) as {
        openapi: string;
        paths: Record<string, Record<string, unknown>>;
      };
      expect(document.openapi).toBe('3.1.0');
      const operations = Object.entries(document.paths).flatMap(([, methods]) => Object.values(methods)) as {
        operationId: string;
        tags: string[];
      }[];
      expect(operations.length).toBe(ROUTES.length);
      expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
      expect(operations.map(({ operationId }) => operationId)).toContain('patch-recordings-by-id');
      expect(operations.every(({ tags }) => tags.length === 1)).toBe(true);
      for (const { method, url, needs } of ROUTES) {
        const path = url.replace(/:(\w+)/g, '{$1}');
        expect(document.paths[path]?.[method.toLowerCase()], url).toMatchObject({ 'x-evidock-needs': needs });
      }
    });

    it('gives figures to Prometheus', async () => {
      const text = (await buffer(await overTcp('/metrics'))).toString();
      expect(text).toMatch(/^evidock_recordings 1$/m);
      expect(text).toMatch(/^evidock_http_request_seconds_count\{method="GET",route="\/api\/v1\/health",status="2xx"\} \d+$/m);
    });
  });

  describe('recordings', () => {
    it('shows one as lists and commands need it', async () => {
      const [listed] = (await jsonOf(await overTcp('/api/v1/recordings')))['items'] as Record<string, unknown>[];
      const shown = await jsonOf(await overTcp(`/api/v1/recordings/${recording.id}`));
      expect(shown).toEqual(listed);
      expect(shown).toMatchObject({
        id: recording.id,
        recorderSerial: 'DSJ0012345',
        officerId: '041234',
        caseNumbers: [],
        category: null,
        important: false,
        state: 'derived',
        damaged: false,
        claimedStart: '2026-06-20T15:30:12',
        // An hour before 08:00 UTC, and one recording of the builder later, in the station's zone.
        start: '2026-06-20T15:00:00.001+08:00',
        durationMs: 60_000,
        playable: true,
        duplicateOf: null,
        originals: [
          { cardPath: expect.stringContaining('DCIM/'), bytes: content.length, sha256: sha256Hex(content), sm3: null, kind: 'video' },
        ],
        copies: [{ where: 'vault', verifiedAt: '2026-06-20T16:00:00.000+08:00' }],
        derivatives: [{ kind: 'playable', mediaType: 'video/mp4' }],
      });
    });

    it('finds by time, and says what is not a time', async () => {
      const found = async (query: string) =>
        ((await jsonOf(await overTcp(`/api/v1/recordings?${encodeURI(query)}`)))['items'] as unknown[]).length;
      expect(await found('since=2026-06-20 15:00')).toBe(1);
      expect(await found('since=2026-06-20T07:00:00Z')).toBe(1);
      expect(await found('since=2026-06-20 15:01')).toBe(0);
      expect(await found('until=2026-06-20 15:00')).toBe(0);
      expect((await jsonOf(await overTcp('/api/v1/recordings?since=noon')))['detail']).toContain('noon');
    });
  });

  describe('playback', () => {
    const path = () => `/api/v1/recordings/${recording.id}/playback`;

    it('gives the whole, and every kind of range, byte by byte', async () => {
      const whole = await overTcp(path());
      expect(whole.statusCode).toBe(200);
      expect(whole.headers).toMatchObject({
        'content-type': 'video/mp4',
        'accept-ranges': 'bytes',
        'content-length': String(recording.playable.length),
      });
      expect(Buffer.compare(await buffer(whole), Buffer.from(recording.playable))).toBe(0);
      const total = recording.playable.length;
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 1],
        ['bytes=1048570-1048590', 1_048_570, 1_048_591],
        [`bytes=${total - 1}-`, total - 1, total],
        ['bytes=-300', total - 300, total],
      ] as const) {
        const part = await overTcp(path(), { headers: { range } });
        expect(part.statusCode, range).toBe(206);
        expect(part.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${total}`);
        expect(Buffer.compare(await buffer(part), Buffer.from(recording.playable).subarray(start, end)), range).toBe(0);
      }
    });

    it('refuses a range beyond the end, and gives the whole where the version is another', async () => {
      const beyond = await overTcp(path(), { headers: { range: 'bytes=99999999-' } });
      expect(beyond.statusCode).toBe(416);
      expect(beyond.headers['content-range']).toBe(`bytes */${recording.playable.length}`);
      beyond.destroy();
      const other = await overTcp(path(), { headers: { range: 'bytes=0-9', 'if-range': '"other"' } });
      expect(other.statusCode).toBe(200);
      other.destroy();
    });

    it('answers HEAD with the same headers, no byte and no look', async () => {
      const { id } = await station.addRecording(randomBytes(50));
      const head = await overTcp(`/api/v1/recordings/${id}/playback`, { method: 'HEAD' });
      expect(head.statusCode).toBe(200);
      expect(head.headers['content-length']).toBe('59');
      expect((await buffer(head)).length).toBe(0);
      expect(await looks(id)).toEqual([]);
    });

    it('gives originals as they are sealed, under the actor of the socket', async () => {
      const response = await overSocket(`/api/v1/recordings/${recording.id}/originals/1`, { headers: { 'x-evidock-actor': 'cli:wang' } });
      expect(response.headers['x-evidock-sha256']).toBe(sha256Hex(content));
      expect(Buffer.compare(await buffer(response), content)).toBe(0);
      const [entry] = (await looks(recording.id)).filter(({ actor }) => actorText(actor) === 'cli:wang');
      expect(entry?.data).toEqual({ what: 'original 1', from: 'vault', range: null });
    });

    it('does not let a visitor of the TCP port choose a name', async () => {
      const { id } = await station.addRecording(randomBytes(10));
      await buffer(await overTcp(`/api/v1/recordings/${id}/playback`, { headers: { 'x-evidock-actor': 'cli:root' } }));
      expect((await looks(id)).map(({ actor }) => actorText(actor))).toEqual(['cli (loopback)']);
    });

    it('counts the ranges of one film as one look within 15 minutes', async () => {
      const { id } = await station.addRecording(randomBytes(1000));
      const ranges = ['bytes=0-99', 'bytes=100-199', 'bytes=200-'];
      await Promise.all(ranges.map(async (range) => buffer(await overTcp(`/api/v1/recordings/${id}/playback`, { headers: { range } }))));
      await buffer(await overTcp(`/api/v1/recordings/${id}/originals/1`));
      expect((await looks(id)).map(({ data }) => data['what']).sort()).toEqual(['original 1', 'playable']);
    });

    it('has the look on record although the client hangs up at once', async () => {
      const { id } = await station.addRecording(randomBytes(2 * 1024 * 1024));
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET /api/v1/recordings/${id}/playback HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
      // A byte has come: from here on it would be too late to write the entry.
      expect(await looks(id)).toHaveLength(1);
      socket.destroy();
    });

    it('shows nothing when the look cannot be put on record', async () => {
      const broken = {
        ...station.deps,
        ledger: Object.assign(Object.create(station.ledger), { transaction: () => Promise.reject(new Error('disk')) }),
      };
      const app = buildServer({ deps: broken, way: 'loopback' });
      const response = await app.inject({ url: path(), headers: { host: 'localhost' } });
      expect(response.statusCode).toBe(500);
      expect(response.json()).toMatchObject({ code: 'station.internal' });
      expect(response.rawPayload.includes(Buffer.from('playable '))).toBe(false);
      await app.close();
    });

    it('names what is missing', async () => {
      const { id, key } = await station.addRecording(randomBytes(10));
      const file = join(station.directory, 'vault', key);
      await rename(file, `${file}.away`);
      expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/originals/1`))).toMatchObject({ code: 'vault.missing', detail: key });
      await rename(`${file}.away`, file);
      expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/originals/2`))).toMatchObject({ code: 'request.not-found' });
      expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/derivatives/poster`))).toMatchObject({ code: 'request.not-found' });
      expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/playback?from=archive`))).toMatchObject({ code: 'request.invalid' });
      expect(await looks(id)).toEqual([]);
      await chmod(file, 0o440);
    });
  });

  describe('slots', () => {
    it('streams a snapshot, then changes', async () => {
      const response = await overTcp('/api/v1/events');
      expect(response.headers['content-type']).toBe('text/event-stream');
      showDocking(station.deps.board, 4, { phase: 'copying', filesListed: 3 });
      let text = '';
      for await (const chunk of response) {
        text += String(chunk);
        if (text.includes('event: slot\n')) break;
      }
      expect(text).toMatch(/^event: slots\ndata: \[.*\]\n\n/);
      expect(text).toMatch(/event: slot\ndata: .*"phase":"copying"/);
      const [slot] = (await jsonOf(await overTcp('/api/v1/slots')))['items'] as Record<string, unknown>[];
      expect(slot).toMatchObject({ slot: 4, phase: 'copying', filesListed: 3 });
    });
  });
});
