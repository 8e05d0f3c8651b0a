import type { TlsSource } from '#ports/tls-source';

/** How a way in is reached from outside. */
export interface NetworkSettings {
  /** Host names and addresses under which people reach the station, beside those of loopback. */
  readonly names: readonly string[];
  /** null: the listener itself speaks no TLS. */
  readonly tls: TlsSource | null;
  /** Address ranges (CIDR, RFC 4632, RFC 4291) of the reverse proxies whose word about a client is believed. */
  readonly proxies: readonly string[];
  /** Requests of one address, and of one account, in a minute. */
  readonly requestsPerMinute: number;
  /** Likewise of footage: a player asks for many short ranges. */
  readonly footagePerMinute: number;
}

/** A way in that only this machine can reach. */
export const THIS_MACHINE: NetworkSettings = {
  names: [],
  tls: null,
  proxies: [],
  requestsPerMinute: 1_000_000,
  footagePerMinute: 1_000_000,
};
