import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { AddressRanges, isLoopback, plainAddress } from './addresses.ts';

/** Where a request came from, as far as the station may believe it. */
export interface Caller {
  /** IP address of the client; null over the control socket. */
  readonly address: string | null;
  /** What the client's own connection speaks. `unsaid`: a proxy passed the request on and did not tell. */
  readonly scheme: 'http' | 'https' | 'unsaid';
  /** Every host that was named, as it was written. The client's own is the last. */
  readonly hosts: readonly string[];
  /** Whether the client is a program or a browser on this machine. */
  readonly isHere: boolean;
}

/** Longer chains of proxies are not followed. */
const HOPS_MAX = 16;

/** Tells who a request comes from. Believes `X-Forwarded-For`, `-Proto` and `-Host` of the named proxies alone. `Forwarded` (RFC 7239) is never believed. */
export class Callers {
  readonly #proxies: AddressRanges;
  readonly #encrypted: boolean;

  /** `encrypted`: the listener itself speaks TLS. */
  constructor({ proxies, encrypted }: { readonly proxies: readonly string[]; readonly encrypted: boolean }) {
    this.#proxies = new AddressRanges(proxies);
    this.#encrypted = encrypted;
  }

  of({ raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>): Caller {
    const peer = raw.socket.remoteAddress === undefined ? null : plainAddress(raw.socket.remoteAddress);
    const own = { scheme: this.#encrypted ? 'https' : 'http', hosts: [headers.host ?? ''] } as const;
    const forwarded = listOf(headers['x-forwarded-for']);
    const toldBy = [forwarded, listOf(headers['x-forwarded-proto']), listOf(headers['x-forwarded-host'])];
    const isProxied = peer !== null && this.#proxies.has(peer) && toldBy.some((told) => told.length > 0);
    // A program on a machine where a proxy runs too may ask by itself. It tells nothing of a client then.
    if (!isProxied) return { address: peer, ...own, isHere: peer === null || isLoopback(peer) };
    const proto = listOf(headers['x-forwarded-proto']).at(-1)?.toLowerCase();
    return {
      address: this.#client(peer, forwarded),
      scheme: proto === 'https' || proto === 'http' ? proto : 'unsaid',
      hosts: [...own.hosts, ...listOf(headers['x-forwarded-host'])],
      isHere: false,
    };
  }

  /** The nearest address that is no proxy. Whatever stands to its left may have been written by the client. */
  #client(peer: string, forwarded: readonly string[]): string {
    let nearest = peer;
    for (const told of forwarded.toReversed().slice(0, HOPS_MAX)) {
      const address = plainAddress(withoutPort(told));
      if (isIP(address) === 0) return nearest;
      nearest = address;
      if (!this.#proxies.has(address)) return address;
    }
    return nearest;
  }
}

/** The values of a list header, from left to right. */
function listOf(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return [header]
    .flat()
    .join(',')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Some proxies write `192.0.2.1:4711` and `[2001:db8::1]:4711`. */
function withoutPort(told: string): string {
  return /^\[([0-9A-Fa-f:.]+)\](?::\d+)?$/.exec(told)?.[1] ?? /^([0-9.]+):\d+$/.exec(told)?.[1] ?? told;
}
