import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/**
 * Bytes of a connection that the other side's kernel has not acknowledged yet, from /proc/net/tcp and tcp6 (column tx_queue, proc(5)); null where that cannot
 * be told. The kernel takes megabytes of an upload at once, so only this tells whether they move on.
 */
export async function unacknowledged(socket: Socket): Promise<number | null> {
  const { localPort, remotePort } = socket;
  if (localPort === undefined || remotePort === undefined) return null;
  const table = socket.remoteFamily === 'IPv6' ? '/proc/net/tcp6' : '/proc/net/tcp';
  const text = await readFile(table, 'latin1').catch(() => '');
  return queueIn(text, localPort, remotePort) ?? (table.endsWith('6') ? queueIn(await mapped(), localPort, remotePort) : null);
}

/** An IPv6 socket that speaks IPv4 may stand in either table. */
const mapped = () => readFile('/proc/net/tcp', 'latin1').catch(() => '');

function queueIn(table: string, localPort: number, remotePort: number): number | null {
  const port = (value: number) => value.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(`^ *\\d+: [0-9A-F]+:${port(localPort)} [0-9A-F]+:${port(remotePort)} [0-9A-F]{2} ([0-9A-F]{8}):`, 'm').exec(table);
  return row ? Number.parseInt(row[1] ?? '0', 16) : null;
}
