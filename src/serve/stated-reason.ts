import type { FastifyRequest } from 'fastify';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { StatedReason } from './leave.ts';

const WORDS_CHARACTERS = 500;
const STATED = /^([a-z][a-z0-9-]{0,63})(?:\s*:\s*(.*))?$/su;

/**
 * The reason that a request states, `CODE` or `CODE: words`: the query parameter `reason`, or the header `x-evidock-reason` with its words percent-encoded
 * (RFC 3986, 2.1). null: it states none. The parameter is taken away, so that no route has to know it. Throws request.invalid.
 */
export function takeReason(request: FastifyRequest): StatedReason | null {
  const query = request.query as Record<string, unknown>;
  const { reason: asked } = query;
  delete query['reason'];
  const header = request.headers['x-evidock-reason'];
  const text = asked ?? (typeof header === 'string' ? decoded(header) : undefined);
  if (text === undefined) return null;
  const [, code, words] = (typeof text === 'string' && STATED.exec(text.trim())) || [];
  if (code === undefined || (words ?? '').length > WORDS_CHARACTERS || !(words ?? '').isWellFormed())
    throw new EvidockError('request.invalid', because('reason-malformed', { limit: WORDS_CHARACTERS }));
  return { code, words: words === undefined || words === '' ? null : words };
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    // Not percent-encoded: the text is refused below, for what it is.
    return header;
  }
}
