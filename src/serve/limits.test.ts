/*
 * Goal: a client that uses up one way in takes nothing from the other way or from docking, and does not fill the log.
 * Method: real listeners, as many connections as a local user likes, and the process's open files counted.
 */
import { readdir } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { STREAMS_OF_ADDRESS_MAX } from './limits.ts';
import { CONNECTIONS_OF_ADDRESS_MAX } from './network/connections.ts';
import { buildServer, listenOnSocket } from './server.ts';

const lines: string[] = [];
let station: ServedStation;
let tcp: FastifyInstance;
let control: FastifyInstance;
let port: number;
let socketPath: string;
const open: { destroy(): unknown }[] = [];

beforeEach(async () => {
  lines.length = 0;
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  station = await servedStation({ log, board: new LiveSlotBoard({ nowMs: () => Date.now() }) });
  tcp = buildServer({ deps: station.deps, way: 'network', ...openTo() });
  await tcp.listen({ host: '127.0.0.1', port: 0 });
  port = (tcp.server.address() as AddressInfo).port;
  control = buildServer({ deps: station.deps, way: 'socket' });
  socketPath = join(station.directory, 'run/control.sock');
  await listenOnSocket(control, socketPath);
});
afterEach(async () => {
  for (const each of open.splice(0)) each.destroy();
  await tcp.close();
  await control.close();
  await station.close();
});

function get(where: { host: string; port: number } | { socketPath: string }, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ ...where, path, agent: false, headers: { host: 'localhost' } });
    open.push(outgoing);
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end();
  });
}
const overTcp = (path: string) => get({ host: '127.0.0.1', port }, path);
const overSocket = (path: string) => get({ socketPath }, path);
const statusesOf = async (asked: Promise<IncomingMessage>[]) => (await Promise.all(asked)).map(({ statusCode }) => statusCode);

it('gives each way in event streams of its own; one more is 503 with two lines in the log at most, and one that ends makes room', async () => {
  const statuses = await statusesOf(Array.from({ length: STREAMS_OF_ADDRESS_MAX + 20 }, () => overTcp('/api/v1/events')));
  expect(statuses.filter((status) => status === 200).length).toBe(STREAMS_OF_ADDRESS_MAX);
  expect(statuses.filter((status) => status === 503).length).toBe(20);
  expect((await overSocket('/api/v1/events')).statusCode).toBe(200);
  expect((await overTcp('/api/v1/slots')).statusCode).toBe(200);
  expect(lines.length).toBeLessThanOrEqual(2);
  expect(lines.join('')).not.toContain('stack');
  open[0]?.destroy();
  await vi.waitFor(async () => expect((await overTcp('/api/v1/events')).statusCode).toBe(200));
});

it('accepts no more connections than its cap, so that files can still be opened; the control socket answers meanwhile', async () => {
  const before = (await readdir('/proc/self/fd')).length;
  let refused = 0;
  const sockets = await Promise.all(
    Array.from(
      { length: CONNECTIONS_OF_ADDRESS_MAX + 100 },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect(port, '127.0.0.1');
          open.push(socket);
          socket.once('connect', () => resolve(socket));
          socket.once('close', () => (refused += 1));
          socket.on('error', () => undefined);
        }),
    ),
  );
  await vi.waitFor(() => expect(refused).toBe(100));
  // Both ends of each connection are open files of this process.
  expect((await readdir('/proc/self/fd')).length - before).toBeLessThan(2 * CONNECTIONS_OF_ADDRESS_MAX + 20);
  expect((await overSocket('/api/v1/slots')).statusCode).toBe(200);
  expect(lines.filter((line) => line.includes('connection.refused')).length).toBe(1);
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(async () => expect((await overTcp('/api/v1/slots')).statusCode).toBe(200));
});

it('folds what fails again and again into one line a minute, with its number', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    station.ledger.dockings.slots = () => Promise.reject(new Error('the disk is gone'));
    for (let n = 0; n < 50; n += 1) await control.inject({ url: '/api/v1/slots', headers: { host: 'localhost' } });
    expect(lines.length).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(lines.length).toBe(2);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ event: 'request.failed-again', count: 49, code: 'station.internal' });
  } finally {
    vi.useRealTimers();
  }
});
