import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Caller } from './caller.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const PORT_MAX = 65_535;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As Node received them: name, value, name, value, … */
  readonly rawHeaders: readonly string[];
  /** The kind of the route; undefined where there is none. */
  readonly kind: string | undefined;
}

/**
 * Refuses what a page of another site makes a browser send, and what came over a wire without encryption. Host, Origin and the browser's Sec-Fetch-Site (W3C Fetch
 * Metadata) give such a page away. One instance has the names of one way in.
 */
export class Strangers {
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set([...LOOPBACK_NAMES, ...names.map((name) => nameOf(isIPv6(name) ? `[${name}]` : name))]);
  }

  /** Throws request.invalid or request.forbidden. */
  refuse(caller: Caller, asked: Asked): void {
    const { headers, rawHeaders } = asked;
    // Of several Host headers Node keeps the first. A program in between may have kept the last (RFC 9112, 3.2).
    if (rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length > 1)
      throw new EvidockError('request.invalid', because('many-hosts', {}));
    for (const host of caller.hosts) this.#mustBeOurs(host);
    if (caller.scheme === 'unsaid') throw new EvidockError('request.forbidden', because('proxy-unsaid', {}));
    if (caller.scheme === 'http' && !caller.isHere) throw new EvidockError('request.forbidden', because('came-unencrypted', {}));
    const { origin } = headers;
    if (origin !== undefined && !isSameOrigin(origin, caller))
      throw new EvidockError('request.forbidden', because('origin-refused', { origin }));
    const site = headers['sec-fetch-site'];
    if (SAFE_METHODS.includes(asked.method)) {
      if ((site === 'cross-site' || site === 'same-site') && !isArrival(asked)) throw otherSite();
      return;
    }
    if (site !== undefined && site !== 'same-origin') throw otherSite();
    // A browser too old to send either header cannot tell the station's page from another one, but it sends the cookie.
    if (headers.cookie !== undefined && origin === undefined && site === undefined)
      throw new EvidockError('request.forbidden', because('origin-unsaid', {}));
  }

  #mustBeOurs(host: string): void {
    const port = /:(\d{1,5})$/.exec(host)?.[1];
    if (port !== undefined && !(Number(port) >= 1 && Number(port) <= PORT_MAX))
      throw new EvidockError('request.invalid', because('host-port', { host }));
    if (!this.#names.has(nameOf(host))) throw new EvidockError('request.forbidden', because('host-unknown', { host }));
  }
}

function otherSite(): EvidockError {
  return new EvidockError('request.forbidden', because('other-site', {}));
}

/**
 * A person follows a link from a mail or another site, or an identity provider sends them back. No page but the one that then opens reads the answer. Footage is not
 * reached this way: the look would be on record under the name of somebody whom another page sent there.
 */
function isArrival({ method, headers, kind }: Asked): boolean {
  if (method !== 'GET' || kind === 'footage' || kind === 'events') return false;
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function isSameOrigin(origin: string, { scheme, hosts }: Caller): boolean {
  const own = `${scheme}://${hosts.at(-1) ?? ''}`;
  // Browsers leave the port out where it is the scheme's own; a proxy may write it. A `blob:` URL has the origin of the page that made it, and is none itself.
  if (!URL.canParse(origin) || !URL.canParse(own) || !origin.toLowerCase().startsWith(`${scheme}://`)) return false;
  return new URL(origin).origin === new URL(own).origin;
}

/** A host without its port and its final dot. IPv6 addresses in their one short form (RFC 5952). */
function nameOf(host: string): string {
  const name = host
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return name.startsWith('[') && URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : name;
}
