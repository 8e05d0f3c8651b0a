/*
 * Goal: what each way in allows, and that nothing of another site gets in; footage goes out byte by byte right, and never before the
 * look is on record.
 * Method: the whole table of routes over real sockets, with the real ledger and vault.
 */

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '#domain/canonical-json';
import { ERRORS_EN } from '#messages/errors-en';
import { showDocking } from '#test/support/card/shown-docking';
import { about } from '#test/support/custody';
import { type HttpWays, httpWays, jsonOf, send } from '#test/support/http/http-ways';
import { saying } from '#test/support/saying';
import type { ServedStation } from '#test/support/served-station';
import { needsText } from './leave.ts';
import { ROUTES } from './routes.ts';
import { buildServer, listenOnSocket } from './server.ts';

let ways: HttpWays;
let station: ServedStation;
const overTcp: HttpWays['overTcp'] = (path, options) => ways.overTcp(path, options);
const asStranger: HttpWays['overTcp'] = (path, options) => ways.asStranger(path, options);
const overSocket: HttpWays['overSocket'] = (path, options) => ways.overSocket(path, options);
const UNKNOWN = { cookie: 'evidock_session=x', 'sec-fetch-site': 'same-origin', authorization: 'Bearer evd_x' };
const content = randomBytes(3 * 1024 * 1024 + 17);
let recording: { id: string; playable: Uint8Array };
const _looks = async (id: string) => (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.viewed');

/** Codes that refuse somebody for who they are. */
const WHO = /^request\.(signed-out|forbidden)$/;

/** The code of a problem; empty for an answer that is none. */
async function refusedFor(response: Awaited<ReturnType<HttpWays['overTcp']>>): Promise<string> {
  return (response.statusCode ?? 0) < 400 ? '' : String((await jsonOf(response))['code']);
}

describe('the API', () => {
  beforeAll(async () => {
    ways = await httpWays();
    ({ station } = ways);
    recording = await station.addRecording(content);
  });

  afterAll(() => ways.close());

  describe('ways in', () => {
    it.each(ROUTES.map((row) => [row.method, row.url, needsText(row)] as const))('%s %s needs %s', async (method, url, needs) => {
      const path = url
        .replace(':id', 'rec-none')
        .replace(':number', 'none')
        .replace(':serial', 'none')
        .replace(':kind', 'poster')
        .replace(':index', '1');
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
      const stranger = await asStranger(path, { method, ...body, headers: UNKNOWN });
      // What is for everybody may still refuse what this stranger sends, but not for who they are.
      if (needs === 'nothing') expect(await refusedFor(stranger)).not.toMatch(WHO);
      else {
        expect(stranger.statusCode).toBe(401);
        expect(await jsonOf(stranger)).toMatchObject({
          code: 'request.signed-out',
          remedy: expect.any(String),
          instance: `urn:uuid:${stranger.headers['x-request-id']}`,
        });
      }
      const known = await overSocket(path, { method, ...body });
      expect(known.statusCode, url).toBeLessThan(500);
      expect(await refusedFor(known), url).not.toMatch(WHO);
      stranger.destroy();
      known.destroy();
    });

    it('keeps the control socket to the owner', () => {
      expect(statSync(ways.socketPath).mode & 0o777).toBe(0o600);
    });

    it('does not take the socket from a station that answers, but from one that is dead', async () => {
      const second = buildServer({ deps: station.deps, way: 'socket' });
      await expect(listenOnSocket(second, ways.socketPath)).rejects.toMatchObject({ code: 'ledger.in-use' });
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
        const socket = connect(ways.port, '127.0.0.1');
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
      const outgoing = httpRequest({ socketPath: ways.socketPath, path: '/api/v1/cases', agent: false, ...options });
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
        socketPath: ways.socketPath,
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
        title: ERRORS_EN[code].what,
        status,
        detail: expect.stringMatching(/./),
        reason: saying(/./),
        instance: `urn:uuid:${response.headers['x-request-id']}`,
        code,
        remedy: ERRORS_EN[code].remedy,
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
      for (const row of ROUTES) {
        const { method, url } = row;
        const path = url.replace(/:(\w+)/g, '{$1}');
        expect(document.paths[path]?.[method.toLowerCase()], url).toMatchObject({ 'x-evidock-needs': needsText(row) });
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
        // `start` is an hour before 08:00 UTC, moved on by one recording of the test's builder, in the station's zone.
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
