import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import helmet from 'helmet';
import { AddressRanges } from './addresses.ts';
import { type Caller, Callers } from './caller.ts';
import { HANDSHAKE_MS_MAX, limitConnections, PATIENCE, PATIENCE_OF_SERVER } from './connections.ts';
import { Rates } from './rates.ts';
import type { NetworkSettings } from './settings.ts';
import { Strangers } from './strangers.ts';

const TLS_MIN = 'TLSv1.2';
const HSTS_SECONDS = 365 * 24 * 3600;

/** Nothing that the API sends may run anything, load anything from elsewhere, or stand in a frame. A browser shows footage in a page of its own, which loads the footage. */
const CONTENT_RULES = {
  'default-src': ["'none'"],
  'media-src': ["'self'"],
  'img-src': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

const putHeaders = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: CONTENT_RULES },
  referrerPolicy: { policy: 'no-referrer' },
  // Said by `dress`, to those alone who came over TLS.
  strictTransportSecurity: false,
});

interface Told {
  /** A connection was not accepted. */
  dropped(): void;
  /** A request was refused for coming too often. */
  limited(by: 'address' | 'account'): void;
}

/** What one way in lets through: everything that is judged before a route is. */
export class WayIn {
  readonly #settings: NetworkSettings;
  readonly #told: Told;
  readonly #callers: Callers;
  readonly #strangers: Strangers;
  readonly #known = new WeakMap<FastifyRequest, Caller>();
  #rates: Rates | undefined;

  constructor(settings: NetworkSettings, told: Told) {
    this.#settings = settings;
    this.#told = told;
    this.#callers = new Callers({ proxies: settings.proxies, encrypted: settings.tls !== null });
    this.#strangers = new Strangers(settings.names);
  }

  /** Options of the server, for Fastify. */
  get options() {
    const { tls } = this.#settings;
    if (tls === null) return { ...PATIENCE, http: PATIENCE_OF_SERVER };
    return {
      ...PATIENCE,
      https: { ...PATIENCE_OF_SERVER, ...tls.pair(), minVersion: TLS_MIN, handshakeTimeout: HANDSHAKE_MS_MAX } as const,
    };
  }

  /** Puts the rules on a server. Its routes are added after this. */
  guard(app: FastifyInstance): void {
    const { proxies, tls } = this.#settings;
    limitConnections(app.server, new AddressRanges(proxies), () => this.#told.dropped());
    // Connections that are open keep the pair with which they began.
    const { server } = app;
    const stop =
      server instanceof TlsServer ? tls?.onChange((pair) => server.setSecureContext({ ...pair, minVersion: TLS_MIN })) : undefined;
    if (stop) app.addHook('onClose', async () => stop());
    app.register(fastifyPlugin(async (scope) => this.#addRules(scope), { name: 'evidock-way-in' }));
  }

  async #addRules(scope: FastifyInstance): Promise<void> {
    const callerOf = (request: FastifyRequest) => this.callerOf(request);
    this.#rates = await Rates.on(scope, { settings: this.#settings, callerOf, onRefused: (by) => this.#told.limited(by) });
    scope.addHook('onRequest', async (request, reply) => {
      this.dress(request, reply);
      const caller = this.callerOf(request);
      await this.#rates?.admitAddress(request, reply);
      const { kind } = request.routeOptions.config as { kind?: string };
      this.#strangers.refuse(caller, { method: request.method, headers: request.headers, rawHeaders: request.raw.rawHeaders, kind });
    });
  }

  /** Puts on an answer what tells a browser how to treat it. Answers that the router itself gives pass no hook, so whoever sends these calls it. */
  dress(request: FastifyRequest, reply: FastifyReply): void {
    putHeaders(request.raw, reply.raw, (error) => {
      if (error !== undefined) throw error;
    });
    if (this.callerOf(request).scheme === 'https') reply.header('strict-transport-security', `max-age=${HSTS_SECONDS}`);
  }

  callerOf(request: FastifyRequest): Caller {
    const known = this.#known.get(request);
    if (known) return known;
    const caller = this.#callers.of(request);
    this.#known.set(request, caller);
    return caller;
  }

  /** Counts a request of a signed-in account, token or kiosk. Throws request.too-often. */
  async admitAccount(request: FastifyRequest, reply: FastifyReply, account: string): Promise<void> {
    await this.#rates?.admitAccount(request, reply, account);
  }
}
