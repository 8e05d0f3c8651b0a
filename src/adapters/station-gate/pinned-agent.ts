import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const CONNECT_MS_MAX = 10_000;
const CONNECTIONS_MAX = 32;

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * Connections to one server alone: the one whose certificate has this SHA-256. Nothing is sent before the certificate was checked, above
 * all not the worker's key. No authority vouches for the certificate, and no name in it matters.
 */
export class PinnedAgent extends Agent {
  readonly #certificateSha256: string;

  constructor(certificateSha256: string) {
    // A resumed session shows no certificate.
    super({ keepAlive: true, maxSockets: CONNECTIONS_MAX, maxCachedSessions: 0 });
    this.#certificateSha256 = certificateSha256;
  }

  override createConnection(options: AgentOptions, connected?: Connected): undefined {
    const socket = connect({ ...(options as ConnectionOptions), rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    const settle = (error: Error | null) => {
      clearTimeout(timer);
      socket.off('error', settle);
      if (error) socket.destroy();
      connected?.(error, socket);
    };
    const timer = setTimeout(
      () => socket.destroy(new EvidockError('work.station-unreachable', because('no-answer-within', { seconds: CONNECT_MS_MAX / 1000 }))),
      CONNECT_MS_MAX,
    );
    socket.once('error', settle);
    socket.once('secureConnect', () => {
      const found = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
      if (found === this.#certificateSha256) settle(null);
      else
        settle(
          new EvidockError(
            'work.station-differs',
            because('certificate-differs', { found: found ?? '—', sha256: this.#certificateSha256 }),
          ),
        );
    });
  }
}
