import type { Readable } from 'node:stream';
import { BytesQuery, DerivativeParams } from '#api/gate';
import type { WorkerGate } from '#desk/worker-gate';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { rangeOf } from '#serve/range-header';
import type { GateServer, WorkerOfRequest } from './worker-request.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/** Adds the routes for bytes: originals go to a worker, derivatives come from it. */
export function addBytes(app: GateServer, gate: WorkerGate, workerOf: WorkerOfRequest): void {
  app.get('/worker/v1/bytes', { schema: { querystring: BytesQuery } }, async (request, reply) => {
    const { key } = request.query;
    const total = await gate.bytesOf(workerOf(request), key);
    const asked = rangeOf(request.headers.range, total);
    if (asked === 'unsatisfiable')
      throw new EvidockError('request.invalid', because('range-outside', { key, bytes: total, range: request.headers.range ?? '' }));
    const range = asked === 'whole' ? { start: 0, end: total } : asked;
    reply.headers({
      'content-type': 'application/octet-stream',
      'content-length': String(range.end - range.start),
      ...(asked === 'whole' ? {} : { 'content-range': `bytes ${range.start}-${range.end - 1}/${total}` }),
    });
    return reply.code(asked === 'whole' ? 200 : 206).send(await gate.read(key, range));
  });
  app.put('/worker/v1/derivatives/:workId/:token/:name', { schema: { params: DerivativeParams } }, async (request, reply) => {
    const { workId, token, name } = request.params;
    const [sha256 = ''] = [request.headers['x-evidock-sha256']].flat();
    const bytes = Number(request.headers['content-length']);
    if (!SHA256.test(sha256)) throw new EvidockError('request.invalid', because('header-sha256', {}));
    if (!Number.isSafeInteger(bytes)) throw new EvidockError('request.invalid', because('length-needed', {}));
    if (request.headers['content-type'] !== 'application/octet-stream')
      throw new EvidockError('request.invalid', because('field', { field: 'content-type' }));
    const put = { claim: { workId, token: Number(token) }, name, bytes, sha256 };
    return reply.send({ answer: await gate.putDerivative(workerOf(request), put, request.body as Readable) });
  });
}
