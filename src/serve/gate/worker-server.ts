import type { Readable } from 'node:stream';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { workerOf } from '#desk/worker-admission';
import type { WorkerGate } from '#desk/worker-gate';
import { asEvidockError, EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import type { Worker } from '#domain/work';
import type { Log } from '#events';
import type { LedgerReader } from '#ports/ledger';
import { FailureLog } from '#serve/limits';
import { addBytes } from './worker-bytes.ts';
import type { GateServer, WorkerOfRequest } from './worker-request.ts';
import { addGate, BEGIN_URL } from './worker-routes.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** Workers are few, and each has a few connections. */
const CONNECTIONS_MAX = 256;
const HEADERS_MS_MAX = 15_000;
/** A connection on which nothing moves for so long is cut; the worker connects anew. */
const SILENCE_MS_MAX = 120_000;
const INSTANCE = /^[0-9A-Za-z-]{1,64}$/;

interface Options {
  readonly gate: WorkerGate;
  readonly ledger: Pick<LedgerReader, 'registry'>;
  readonly log: Log;
  /** PEM. */
  readonly tls: { readonly key: string; readonly cert: string };
}

/** The server for workers of other hosts. A request without a good key gets always the same answer, before its body is read. The server does not listen yet. */
export function buildWorkerServer({ gate, ledger, log, tls }: Options): FastifyInstance {
  const app: GateServer = Fastify({
    https: { ...tls, minVersion: 'TLSv1.3', headersTimeout: HEADERS_MS_MAX },
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    // A derivative may take long over a slow link, so only silence ends a request.
    requestTimeout: 0,
    connectionTimeout: SILENCE_MS_MAX,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 256 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  const failures = new FailureLog(log);
  const workers = new WeakMap<FastifyRequest, Worker>();
  app.server.maxConnections = CONNECTIONS_MAX;
  app.addHook('onRequest', async (request) => {
    const worker = await authorised(ledger, request);
    if (request.routeOptions.url !== BEGIN_URL) gate.hear(worker);
    workers.set(request, worker);
  });
  // The route for derivatives reads the body itself, under its own limit.
  app.addContentTypeParser(
    'application/octet-stream',
    (_request: FastifyRequest, payload: Readable, done: (error: null, body: Readable) => void) => done(null, payload),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(failures, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw new EvidockError('request.not-found', because('no-route', { method: request.method, path: request.url.split('?')[0] ?? '' }));
  });
  const workerOfRequest: WorkerOfRequest = (request) => {
    const worker = workers.get(request);
    if (!worker) throw new EvidockError('work.key-refused', because('no-key-checked', {}));
    return worker;
  };
  addGate(app, gate, workerOfRequest);
  addBytes(app, gate, workerOfRequest);
  return app as unknown as FastifyInstance;
}

async function authorised(ledger: Pick<LedgerReader, 'registry'>, { headers }: FastifyRequest): Promise<Worker> {
  const key = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const { name } = await workerOf(ledger, key);
  const instance = [headers['x-evidock-instance']].flat()[0] ?? '';
  if (!INSTANCE.test(instance)) throw new EvidockError('request.invalid', because('no-instance', {}));
  return { host: name, instance };
}

function answerError(failures: FailureLog, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = translated(error);
  const status = error.statusCode === 413 ? 413 : known.status;
  if (status >= 500) failures.tell({ requestId: request.id, method: request.method, route: request.routeOptions.url ?? 'none' }, known);
  // The answer does not wait for the rest of the request's body.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send({ code: known.code, reason: known.reason });
}

/** Turns Fastify's own refusals (schema, size, media type) into request.invalid. */
function translated(error: FastifyError): EvidockError {
  if (error instanceof EvidockError) return error;
  const { statusCode } = error;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new EvidockError('request.invalid', said(error), error);
  return asEvidockError(error);
}
