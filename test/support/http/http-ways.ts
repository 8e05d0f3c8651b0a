import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { buildServer, listenOnSocket } from '#serve/server';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

type Asked = RequestOptions & { body?: unknown };

/** The server of a station on both of its ways in, over real sockets. */
export interface HttpWays {
  readonly station: ServedStation;
  readonly tcp: FastifyInstance;
  readonly port: number;
  readonly socketPath: string;
  /** As a person who may do everything. */
  overTcp(path: string, options?: Asked): Promise<IncomingMessage>;
  /** As somebody whom the station does not know. */
  asStranger(path: string, options?: Asked): Promise<IncomingMessage>;
  overSocket(path: string, options?: Asked): Promise<IncomingMessage>;
  close(): Promise<void>;
}

export async function httpWays(): Promise<HttpWays> {
  const station = await servedStation();
  const tcp = buildServer({ deps: station.deps, way: 'network', ...openTo() });
  await tcp.listen({ host: '127.0.0.1', port: 0 });
  const { port } = tcp.server.address() as AddressInfo;
  const strange = buildServer({ deps: station.deps, way: 'network' });
  await strange.listen({ host: '127.0.0.1', port: 0 });
  const { port: strangePort } = strange.server.address() as AddressInfo;
  const control = buildServer({ deps: station.deps, way: 'socket' });
  const socketPath = join(station.directory, 'run/control.sock');
  await listenOnSocket(control, socketPath);
  return {
    ...{ station, tcp, port, socketPath },
    overTcp: (path, options = {}) => send({ host: '127.0.0.1', port, path, ...options }),
    asStranger: (path, options = {}) => send({ host: '127.0.0.1', port: strangePort, path, ...options }),
    overSocket: (path, options = {}) => send({ socketPath, path, ...options }),
    close: async () => {
      await tcp.close();
      await strange.close();
      await control.close();
      await station.close();
    },
  };
}

export function send(options: Asked): Promise<IncomingMessage> {
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

export async function jsonOf(response: IncomingMessage): Promise<Record<string, unknown>> {
  return JSON.parse((await buffer(response)).toString()) as Record<string, unknown>;
}
