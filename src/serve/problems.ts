import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemAnswer } from '#api/common';
import { asEvidockError, type ErrorCode, EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import { ERRORS_EN } from '#messages/errors-en';
import type { FailureLog } from './limits.ts';

/** Error codes for Fastify's own refusals, by status. Every other one of them is request.invalid. */
const OF_STATUS: Readonly<Record<number, ErrorCode>> = { 413: 'request.too-large', 415: 'request.media-type' };

/** Answers an error as problem details (RFC 9457). Failures of the station itself are logged. */
export function answerProblem(failures: FailureLog, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = told(failures, error, request);
  const seconds = retrySeconds(known);
  if (seconds !== null) reply.header('retry-after', seconds);
  return reply
    .code(known.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(known, request.id));
}

/** Sends a browser that was led here by a link, and that would show problem details as they are, to the page that says in words what failed. */
export function answerOnPage(failures: FailureLog, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code } = told(failures, error, request);
  return reply.redirect(`/?${new URLSearchParams({ refused: code, request: request.id })}`, 303);
}

function told(failures: FailureLog, error: FastifyError, { id: requestId, method, routeOptions }: FastifyRequest): EvidockError {
  const known = translate(error);
  if (known.status >= 500) failures.tell({ requestId, method, route: routeOptions.url ?? 'none' }, known);
  return known;
}

/** How long to wait, where the reason tells it; null: it does not. */
function retrySeconds({ code, status, reason: { params } }: EvidockError): number | null {
  const { seconds } = params as { readonly seconds?: unknown };
  return (status === 429 || code === 'request.too-many') && typeof seconds === 'number' ? seconds : null;
}

function problemOf({ code, status, detail, reason, remedy }: EvidockError, requestId: string): ProblemAnswer {
  return {
    type: `urn:evidock:problem:${code}`,
    title: ERRORS_EN[code].what,
    status,
    detail,
    reason,
    instance: `urn:uuid:${requestId}`,
    code,
    remedy,
  };
}

/** The problem details of an error as a line of a stream, whose status was sent long ago. */
export function problemLine(
  error: unknown,
): { readonly type: 'error' } & Pick<ProblemAnswer, 'code' | 'title' | 'detail' | 'reason' | 'remedy'> {
  const { code, detail, reason, remedy } = asEvidockError(error);
  return { type: 'error', code, title: ERRORS_EN[code].what, detail, reason, remedy };
}

function translate(error: FastifyError): EvidockError {
  const [first] = error.validation ?? [];
  if (first) {
    const field = `${first.instancePath.replace(/^\//, '').replaceAll('/', '.')}${first.instancePath === '' ? '' : ' '}`;
    const extra = (first.params as { additionalProperty?: string }).additionalProperty;
    const values = (first.params as { allowedValues?: string[] }).allowedValues;
    const more = extra === undefined ? '' : ` (${extra})`;
    const about = { place: error.validationContext ?? 'body', field, text: `${first.message}${more}` };
    return new EvidockError(
      'request.invalid',
      values ? because('not-valid-one-of', { ...about, names: values }) : because('not-valid', about),
      error,
    );
  }
  const { statusCode } = error;
  if (!(error instanceof EvidockError) && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new EvidockError(OF_STATUS[statusCode] ?? 'request.invalid', said(error), error);
  }
  return asEvidockError(error);
}
