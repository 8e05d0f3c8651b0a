import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import findMyWay from 'find-my-way';
import type { Gatekeeper } from '#desk/access/gatekeeper';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import type { DeskDeps } from '#desk/deps';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { answer, type ServerParts } from './answer.ts';
import { RunningKeys } from './conditions/idempotency.ts';
import { sendPage, servePages } from './console/pages.ts';
import { LAZY_SCHEMAS } from './contract/lazy-schemas.ts';
import { openApiOf } from './contract/openapi.ts';
import { Cookies } from './cookies.ts';
import { demandTask } from './leave.ts';
import { FailureLog, StreamLimit } from './limits.ts';
import { Metrics } from './metrics.ts';
import { type NetworkSettings, THIS_MACHINE } from './network/settings.ts';
import { WayIn } from './network/way-in.ts';
import { type Principal, type PrincipalOf, principalBy, type Way } from './principal.ts';
import { answerOnPage, answerProblem } from './problems.ts';
import { type Route, showsFootage } from './route.ts';
import { ROUTES } from './routes.ts';
import { type Stated, takeStated } from './stated-reason.ts';

const BODY_BYTES_MAX = 64 * 1024;
const NOTHING_STATED: Stated = { reason: null, caseNumber: null };
const PARAM_CHARACTERS_MAX = 256;

interface Options {
  readonly deps: DeskDeps;
  /** Tells who comes in this way, and what they may do. */
  readonly way: Way;
  /** How this way is reached from outside; this machine alone if left out. */
  readonly network?: NetworkSettings;
  /** Tells who asks; a test may let somebody else ask. */
  readonly principalOf?: PrincipalOf;
  /** Decides; a test may give another. */
  readonly gatekeeper?: Gatekeeper;
  /** The servers of one station share these, so that their figures add up. */
  readonly metrics?: Metrics;
  /** The table of routes; a test may give another. */
  readonly routes?: readonly Route[];
  /** Directory of the built pages of the console; left out: this way in has none. */
  readonly pages?: string;
}

/** The API over one way in. The server does not listen yet. */
export function buildServer({
  deps,
  way,
  network = THIS_MACHINE,
  gatekeeper = stationGatekeeper(deps),
  principalOf: whoAsks,
  metrics = new Metrics(deps),
  routes = ROUTES,
  pages,
}: Options): FastifyInstance {
  const failures = new FailureLog(deps.log);
  const wayIn = new WayIn(network, { dropped: () => failures.dropped(), limited: (by) => metrics.limited(by) });
  const principalOf = whoAsks ?? principalBy(way, gatekeeper, (request) => wayIn.callerOf(request));
  const app = Fastify({
    ...wayIn.options,
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    // Else playback and event streams would keep the station from stopping.
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    genReqId: () => randomUUID(),
    // A request whose path cannot be decoded never reaches the hooks below, so its answer gets id and headers here.
    frameworkErrors: (error, request, reply) => {
      wayIn.dress(request, reply);
      return answerProblem(failures, error, request, reply.header('x-request-id', request.id));
    },
    routerOptions: { maxParamLength: PARAM_CHARACTERS_MAX },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', useDefaults: true } },
    schemaController: LAZY_SCHEMAS,
  }).withTypeProvider<TypeBoxTypeProvider>();
  // No route reads plain text. Without the parser such a body is refused for its media type, not for its content.
  app.removeContentTypeParser('text/plain');
  let document: unknown;
  const openApi = () => {
    document ??= openApiOf(routes, deps.facts.version);
    return document;
  };
  const serving: Given['serving'] = {
    deps,
    metrics,
    openApi,
    gatekeeper,
    principalOf,
    streams: new StreamLimit(),
    running: new RunningKeys(),
  };
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  wayIn.guard(app as unknown as FastifyInstance);
  const methodsOfPath = methodsAt(routes);
  // Before a body is read: what it would be is of no matter.
  app.addHook('onRequest', async (request, reply) => {
    const known = request.is404 ? methodsOfPath(pathOf(request)) : undefined;
    if (!known) return;
    reply.header('allow', known.has.join(', '));
    throw new EvidockError('request.method', because('method-takes', { method: request.method, path: known.url, names: [...known.has] }));
  });
  app.addHook('preValidation', async ({ params, query, body }) => {
    if (![params, query, body].every((part) => isWellFormed(part)))
      throw new EvidockError('request.invalid', because('half-of-character', {}));
  });
  app.addHook('onResponse', async (request, reply) => {
    metrics.answered(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
  });
  app.setErrorHandler((error: FastifyError, request, reply) =>
    (pages !== undefined && isLedHere(request) ? answerOnPage : answerProblem)(failures, error, request, reply),
  );
  app.setNotFoundHandler((request, reply) => {
    const page = pages === undefined ? null : sendPage(pages, request, reply);
    if (page) return page;
    throw new EvidockError('request.not-found', because('no-route', { method: request.method, path: pathOf(request) }));
  });
  if (pages !== undefined) servePages(app as unknown as FastifyInstance, pages);
  app.register(async (scope) => {
    for (const row of routes) addRoute(scope, row, { principalOf, serving, wayIn });
  });
  return app as unknown as FastifyInstance;
}

/** Tells which methods a path has, by the URLs of the table, for the answer to any other method (RFC 9110, 15.5.6); undefined for a path that is none of them. */
function methodsAt(rows: readonly Route[]): (path: string) => { readonly url: string; readonly has: readonly string[] } | undefined {
  // A router of its own with one method: seven routes of Fastify for each URL would take a third of the time in which the server starts.
  const router = findMyWay({ maxParamLength: PARAM_CHARACTERS_MAX });
  for (const [url, of] of Map.groupBy(rows, (row) => row.url))
    router.on('GET', url, () => undefined, { url, has: of.flatMap((row) => methodsOf(row)) });
  return (path) => router.find('GET', path)?.store;
}

/** A browser that shows the answer as a page, of a route that sends it on to one. */
function isLedHere({ headers, routeOptions }: FastifyRequest): boolean {
  const { redirects } = routeOptions.config as { readonly redirects?: boolean };
  return redirects === true && headers['sec-fetch-dest'] === 'document';
}

const pathOf = ({ url }: FastifyRequest) => url.split('?')[0] ?? '';

interface Given {
  readonly principalOf: PrincipalOf;
  readonly serving: Omit<ServerParts, 'streams'> & { readonly streams: StreamLimit };
  readonly wayIn: WayIn;
}

function methodsOf(row: Route): string[] {
  // A handler that records a look itself does not know that nothing of its answer would go out.
  const hasHead = row.method === 'GET' && row.kind !== 'command' && !(row.kind === 'query' && showsFootage(row));
  return hasHead ? ['GET', 'HEAD'] : [row.method];
}

function addRoute(scope: FastifyInstance, row: Route, { principalOf, serving, wayIn }: Given): void {
  const { response, params, querystring, body } = row.schema;
  const senders = new WeakMap<FastifyRequest, Principal>();
  const told = new WeakMap<FastifyRequest, Stated>();
  scope.route({
    method: methodsOf(row),
    url: row.url,
    config: { kind: showsFootage(row) ? 'footage' : row.kind, redirects: row.redirects === true },
    ...(row.kind !== 'command' || row.bodyBytesMax === undefined ? {} : { bodyLimit: row.bodyBytesMax }),
    schema: {
      ...(params ? { params } : {}),
      ...(querystring ? { querystring } : {}),
      ...(body ? { body } : {}),
      ...(response ? { response: { '2xx': response } } : {}),
    },
    // Before anything of the request is looked at.
    onRequest: async (request, reply) => {
      const principal = await principalOf(request, true);
      if (principal.via === 'network' && principal.id !== null) await wayIn.admitAccount(request, reply, principal.id);
      await demandTask(serving.gatekeeper, principal, row);
      senders.set(request, principal);
    },
    preValidation: async (request) => {
      if (typeof row.needs !== 'string') told.set(request, takeStated(request));
    },
    handler: (request, reply) => {
      const principal = senders.get(request);
      if (!principal) throw new EvidockError('station.internal', because('sender-unknown', {}));
      const { address, scheme } = wayIn.callerOf(request);
      const streams = serving.streams.of(address);
      const cookies = new Cookies(request.headers.cookie, scheme);
      const again = () => principalOf(request, false);
      return answer(
        row,
        { ...serving, streams },
        { cookies, principal, again, stated: told.get(request) ?? NOTHING_STATED, request, reply },
      );
    },
  });
}

/** Whether every name and every text in a body can be written as UTF-8. The size limit of the body also bounds its depth. */
function isWellFormed(part: unknown): boolean {
  const left: unknown[] = [part];
  for (let next = left.pop(); left.length > 0 || next !== undefined; next = left.pop()) {
    if (typeof next === 'string' && !next.isWellFormed()) return false;
    if (typeof next === 'object' && next !== null) for (const [name, value] of Object.entries(next)) left.push(name, value);
  }
  return true;
}

/** Listens on a unix socket that only the station's own user may use. Throws ledger.in-use if another process answers there. */
export async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (await answers(path)) throw new EvidockError('ledger.in-use', because('path', { path }));
  await rm(path, { force: true });
  // The socket file has its final permissions from the start, so nobody can connect before a chmod.
  const umask = process.umask(0o177);
  try {
    await app.listen({ path });
  } finally {
    process.umask(umask);
  }
  await chmod(path, 0o600);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
