import type { FastifyRequest } from 'fastify';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

/** Why somebody says that they want to see footage. */
export interface StatedReason {
  /** A code of the policy's list of purposes. */
  readonly code: string;
  /** null: none were given. */
  readonly words: string | null;
}

/** What a request states of itself. */
export interface Stated {
  /** null: it states none. */
  readonly reason: StatedReason | null;
  /** Number of the case for which it is; null: it names none. */
  readonly caseNumber: string | null;
}

const WORDS_CHARACTERS = 500;
const CASE_CHARACTERS = 128;
const STATED = /^([a-z][a-z0-9-]{0,63})(?:\s*:\s*(.*))?$/su;

/**
 * The reason that a request states, `CODE` or `CODE: words`, and the number of the case for which it is: the query parameters `reason` and `case`, or the headers
 * `x-evidock-reason` and `x-evidock-case`, percent-encoded (RFC 3986, 2.1). The parameters are taken away, so that no route has to know them. Throws
 * request.invalid.
 */
export function takeStated(request: FastifyRequest): Stated {
  const [reason, caseNumber] = [take(request, 'reason'), take(request, 'case')];
  return { reason: reasonIn(reason), caseNumber: caseIn(caseNumber) };
}

function take({ query, headers }: FastifyRequest, name: 'reason' | 'case'): unknown {
  const parameters = query as Record<string, unknown>;
  const { [name]: asked } = parameters;
  delete parameters[name];
  const header = headers[`x-evidock-${name}`];
  return asked ?? (typeof header === 'string' ? decoded(header) : undefined);
}

function caseIn(text: unknown): string | null {
  if (text === undefined) return null;
  const number = typeof text === 'string' ? text.trim() : '';
  if (number === '' || number.length > CASE_CHARACTERS || !number.isWellFormed())
    throw new EvidockError('request.invalid', because('case-malformed', { limit: CASE_CHARACTERS }));
  return number;
}

function reasonIn(text: unknown): StatedReason | null {
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
