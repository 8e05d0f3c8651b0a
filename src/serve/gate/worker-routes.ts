import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import {
  ArchivedBody,
  ArchiveItemBody,
  BeginBody,
  ClaimBody,
  ClaimOnlyBody,
  DerivedBody,
  FailBody,
  LookBody,
  MismatchedBody,
  NothingMore,
  PostponeBody,
  RenewBody,
  UploadBeginBody,
  UploadForgetBody,
  UploadKeyBody,
  UploadPartBody,
} from '#api/gate';
import type { WorkerGate } from '#desk/worker-gate';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Worker } from '#domain/work';
import type { GateServer, WorkerOfRequest } from './worker-request.ts';

/** The largest result, bytes: a recording may have thousands of segments, each with a line. */
const RESULT_BYTES_MAX = 8 * 1024 * 1024;
/** A process that calls this speaks for its worker from now on. */
export const BEGIN_URL = '/worker/v1/begin';
const CALL = /^[0-9a-f-]{36}$/;

/**
 * Adds the calls of the gate. Each call that changes something has a name, so that a worker that lost the answer can ask again without changing anything twice.
 */
export function addGate(app: GateServer, gate: WorkerGate, workerOf: WorkerOfRequest): void {
  const on = <B extends TSchema>(url: string, body: B, handle: (by: Worker, body: Static<B>) => Promise<unknown>, bodyLimit?: number) =>
    app.post(`/worker/v1/${url}`, { schema: { body }, ...(bodyLimit === undefined ? {} : { bodyLimit }) }, async (request, reply) => {
      const by = workerOf(request);
      const call = () => handle(by, request.body as Static<B>);
      const name = callOf(request);
      const answer = name === null ? await call() : await gate.once(by, `${url} ${name}`, call);
      return reply.send({ answer: answer ?? null });
    });
  on('begin', BeginBody, (by, { version }) => gate.begin(by, version));
  on('here', NothingMore, async () => undefined);
  on('look', LookBody, (by, { workId }) => gate.look(by, workId));
  on('claim', ClaimBody, (by, { workId, leaseMs }) => gate.claim(by, workId, leaseMs));
  on('renew', RenewBody, (by, { claim, ...renewal }) => gate.renew(by, claim, renewal));
  on('postpone', PostponeBody, (by, { claim, ...postponed }) => gate.postpone(by, claim, postponed));
  on('fail', FailBody, (by, { claim, failure }) => gate.fail(by, claim, failure));
  on('derive/item', ClaimOnlyBody, (by, { claim }) => gate.deriveItem(by, claim));
  on('derive/record', DerivedBody, (by, { claim, result }) => gate.recordDerived(by, claim, result), RESULT_BYTES_MAX);
  on('derive/discard', ClaimOnlyBody, (by, { claim }) => gate.discard(by, claim));
  on('derive/give-up', FailBody, (by, { claim, failure }) => gate.giveUp(by, 'derive', claim, failure));
  on('archive/item', ArchiveItemBody, (by, { claim, archive }) => gate.archiveItem(by, claim, archive));
  on('archive/record', ArchivedBody, (by, { claim, result }) => gate.recordArchived(by, claim, result), RESULT_BYTES_MAX);
  on('archive/mismatched', MismatchedBody, (by, { claim, copy }) => gate.mismatched(by, claim, copy));
  on('archive/give-up', FailBody, (by, { claim, failure }) => gate.giveUp(by, 'archive', claim, failure));
  on('uploads/all', NothingMore, () => gate.allUploads());
  on('uploads/load', UploadKeyBody, (by, { key }) => gate.loadUpload(by, key));
  on('uploads/begin', UploadBeginBody, (by, { state }) => gate.beginUpload(by, state));
  on('uploads/part', UploadPartBody, (by, { upload, part }) => gate.uploadedPart(by, upload, part));
  on('uploads/forget', UploadForgetBody, (by, { upload }) => gate.forgetUpload(by, upload));
}

function callOf({ headers }: FastifyRequest): string | null {
  const [name] = [headers['idempotency-key']].flat();
  if (name === undefined) return null;
  if (!CALL.test(name)) throw new EvidockError('request.invalid', because('field', { field: 'idempotency-key' }));
  return name;
}
