import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemAnswer } from '#api/common';
import { asEvidockError, ERRORS, type ErrorCode, EvidockError } from '#domain/errors';
import type { FailureLog } from './limits.ts';

/** What Fastify refuses by itself, by its status; every other refusal of its own is a request that is not valid. */
const OF_STATUS: Readonly<Record<number, ErrorCode>> = { 413: 'request.too-large', 415: 'request.media-type' };

/** Any error as problem details (RFC 9457); those that are the station's own are logged. */
export function answerProblem(failures: FailureLog, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = translate(error);
  const { status } = known;
  if (status >= 500) failures.tell({ requestId: request.id, method: request.method, route: request.routeOptions.url ?? 'none' }, known);
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(known, request.id));
}

function problemOf({ code, status, detail, remedy }: EvidockError, requestId: string): ProblemAnswer {
  return { type: `urn:evidock:problem:${code}`, title: ERRORS[code].what, status, detail, instance: `urn:uuid:${requestId}`, code, remedy };
}

/** The same as a line of a stream of lines, whose status was sent long ago. */
export function problemLine(error: unknown): { readonly type: 'error' } & Pick<ProblemAnswer, 'code' | 'title' | 'detail' | 'remedy'> {
  const { code, detail, remedy } = asEvidockError(error);
  return { type: 'error', code, title: ERRORS[code].what, detail, remedy };
}

function translate(error: FastifyError): EvidockError {
  const [first] = error.validation ?? [];
  if (first) {
    const field = `${first.instancePath.replace(/^\//, '').replaceAll('/', '.')}${first.instancePath === '' ? '' : ' '}`;
    const extra = (first.params as { additionalProperty?: string }).additionalProperty;
    const values = (first.params as { allowedValues?: string[] }).allowedValues;
    const more = extra === undefined ? '' : ` (${extra})`;
    return new EvidockError(
      'request.invalid',
      `${error.validationContext}: ${field}${first.message}${more}${values ? `: ${values.join(', ')}` : ''}`,
      error,
    );
  }
  const { statusCode } = error;
  if (!(error instanceof EvidockError) && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new EvidockError(OF_STATUS[statusCode] ?? 'request.invalid', error.message, error);
  }
  return asEvidockError(error);
}
