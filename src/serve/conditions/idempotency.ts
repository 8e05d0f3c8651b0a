import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { type KeptAnswer, keptFor } from '#domain/kept-answer';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { type Principal, sightOf } from '#serve/principal';

const KEY_CHARACTERS = 200;
/** The key as a structured string (RFC 8941, 3.3.3) without escapes, or without its quotation marks. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]+)"|([\x21\x23-\x7e]+))$/;

/** A request with an idempotency key, which may be sent again (draft-ietf-httpapi-idempotency-key-header). */
export interface KeyedRequest {
  /** SHA-256 of the sender's identity. Nobody gets an answer that was given to another. */
  readonly by: string;
  readonly key: string;
  /** SHA-256 of what the sender may see and do now. */
  readonly sight: string;
  /** SHA-256 of method, URL and body. It tells whether a request with a known key is the same request. */
  readonly request: string;
}

interface Asked {
  readonly header: string | readonly string[] | undefined;
  readonly principal: Principal;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** The request with its key; null if it has none. Throws request.invalid. */
export function keyedRequestOf({ header, principal, method, url, body }: Asked): KeyedRequest | null {
  if (header === undefined) return null;
  const [, quoted, bare] = (typeof header === 'string' && KEY.exec(header)) || [];
  const key = quoted ?? bare;
  if (key === undefined || key.length > KEY_CHARACTERS)
    throw new EvidockError('request.invalid', because('key-malformed', { limit: KEY_CHARACTERS }));
  const { kind, id, via } = principal;
  const by = sha256Hex(Buffer.from(JSON.stringify([via, kind, id])));
  return { by, key, sight: sightOf(principal), request: sha256Hex(Buffer.from(JSON.stringify([method, url, body ?? null]))) };
}

/** Keys of the requests that run now. Kept in memory alone: a request whose process was killed runs no more and has kept no answer. */
export class RunningKeys {
  readonly #running = new Set<string>();

  /** Marks a key as running. Returns the function that ends that. Throws request.running. */
  begin({ by, key }: KeyedRequest): () => void {
    const name = `${by} ${key}`;
    if (this.#running.has(name)) throw new EvidockError('request.running', because('key-named', { key }));
    this.#running.add(name);
    return () => this.#running.delete(name);
  }
}

/**
 * The answer that was kept for the first request with this key; null if there was none. Throws request.key-reused where that was another request, and
 * request.conflict where its answer was not kept, or was given when the sender could see or do something else: they may not be told that now.
 */
export async function answeredBefore(
  ledger: LedgerReader,
  { by, key, sight, request }: KeyedRequest,
  nowMs: number,
): Promise<KeptAnswer | null> {
  const kept = await ledger.answers.get(by, key);
  if (!kept || !keptFor(kept, nowMs)) return null;
  if (kept.request !== request) throw new EvidockError('request.key-reused', because('key-named', { key }));
  if (kept.body === 'not-kept' || kept.sight !== sight) throw new EvidockError('request.conflict', because('key-answer-gone', { key }));
  return kept;
}
