/*
 * Goal: a command whose connection is cut asks once more for what it may ask for twice, and only for that.
 * Method: a server on a unix socket that cuts connections; the station's side of keys is in src/serve/conditions.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SocketClient } from '#cli/client';
import { temporaryDirectory } from '../support/evidock.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: Server;
let asked: { method: string | undefined; key: string | undefined }[];
/** What happens to each request in turn; after the last: an answer. */
let fates: ('cut' | 'cut-midway' | 'running')[];

beforeEach(async () => {
  home = await temporaryDirectory();
  asked = [];
  fates = [];
  server = createServer((request: IncomingMessage, response) => {
    asked.push({ method: request.method, key: [request.headers['idempotency-key']].flat()[0] });
    request.resume().once('end', () => {
      const fate = fates.shift();
      if (fate === 'cut') request.socket.destroy();
      else if (fate === 'cut-midway') {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setTimeout(() => request.socket.destroy(), 50);
      } else if (fate === 'running') response.writeHead(409).end(JSON.stringify({ code: 'request.running' }));
      else response.writeHead(201).end('{"done":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(join(home.path, 's'), resolve));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await home.remove();
});

const client = () => new SocketClient({ socketPath: join(home.path, 's'), user: 'li' });

it.each(['cut', 'cut-midway'] as const)(
  'a POST that is %s is sent once more with the same key, and its answer waited for',
  async (fate) => {
    fates = [fate, 'running'];
    expect(await client().request('POST', '/api/v1/cases', { body: {} })).toEqual({ status: 201, json: { done: true } });
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
    expect(asked[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  },
);

it('each POST has a key of its own', async () => {
  for (let n = 0; n < 2; n += 1) await client().request('POST', '/api/v1/cases', { body: {} });
  expect(new Set(asked.map(({ key }) => key)).size).toBe(2);
});

it('a second cut is told', async () => {
  fates = ['cut', 'cut'];
  await expect(client().request('POST', '/api/v1/cases', { body: {} })).rejects.toMatchObject({ code: 'station.stopping' });
  expect(asked).toHaveLength(2);
});

it.each(['GET', 'PATCH', 'PUT', 'DELETE'] as const)('a %s that is cut is not sent again, and has no key', async (method) => {
  fates = ['cut'];
  await expect(client().request(method, '/api/v1/cases/A-1')).rejects.toMatchObject({ code: 'station.stopping' });
  expect(asked).toEqual([{ method, key: undefined }]);
});
