import type { Server } from 'node:net';
import { type AddressRanges, plainAddress } from './addresses.ts';

/**
 * Limits of one way in, so that a client that uses up one way takes nothing from the other. All ways together stay far below what the process may open, so that a
 * recorder's files can always be opened. A browser page holds one stream and at most six connections.
 */
const CONNECTIONS_MAX = 1024;
/** So that one machine does not take every connection from the others. */
export const CONNECTIONS_OF_ADDRESS_MAX = 128;

/** A connection on which nothing moves for so long is cut. A player then asks for the rest as a range. */
const SILENCE_MS_MAX = 600_000;
const REQUEST_MS_MAX = 30_000;
const HEADERS_MS_MAX = 10_000;
const IDLE_MS_MAX = 10_000;
/** After so many requests a connection is closed in good order, so that none lasts for ever. */
const REQUESTS_OF_CONNECTION_MAX = 10_000;

/** What Fastify and Node need to know, so that a client that sends slowly or not at all is cut off. */
export const PATIENCE = {
  requestTimeout: REQUEST_MS_MAX,
  connectionTimeout: SILENCE_MS_MAX,
  keepAliveTimeout: IDLE_MS_MAX,
  maxRequestsPerSocket: REQUESTS_OF_CONNECTION_MAX,
} as const;
export const PATIENCE_OF_SERVER = {
  headersTimeout: HEADERS_MS_MAX,
  requestTimeout: REQUEST_MS_MAX,
  connectionsCheckingInterval: 2000,
} as const;
export const HANDSHAKE_MS_MAX = 10_000;

/** Limits connections in all and by address. `trusted`: proxies, behind whose one address are many clients. */
export function limitConnections(server: Server, trusted: AddressRanges, onDrop: () => void): void {
  server.maxConnections = CONNECTIONS_MAX;
  server.on('drop', onDrop);
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === '' || trusted.has(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > CONNECTIONS_OF_ADDRESS_MAX) {
      socket.destroy();
      onDrop();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
