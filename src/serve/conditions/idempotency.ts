import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { type KeptAnswer, keptFor } from '#domain/kept-answer';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import type { Principal } from '#serve/principal';

const KEY_CHARACTERS = 200;
/** A structured string (RFC 8941, 3.3.3) without escapes, or its characters alone. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]+)"|([\x21\x23-\x7e]+))$/;

/** One request that may come again (draft-ietf-httpapi-idempotency-key-header). */
export interface KeyedRequest {
  /** Who sent it: nobody is answered with what another one was told. */
  readonly by: string;
  readonly key: string;
  /** SHA-256 of what it asks for. */
  readonly request: string;
}

interface Asked {
  readonly header: string | readonly string[] | undefined;
  readonly principal: Principal;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** null where the request has no key. Throws request.invalid. */
export function keyedRequestOf({ header, principal, method, url, body }: Asked): KeyedRequest | null {
  if (header === undefined) return null;
  const [, quoted, bare] = (typeof header === 'string' && KEY.exec(header)) || [];
  const key = quoted ?? bare;
  if (key === undefined || key.length > KEY_CHARACTERS)
    throw new EvidockError('request.invalid', because('key-malformed', { limit: KEY_CHARACTERS }));
  const { kind, id, via } = principal;
  const by = sha256Hex(Buffer.from(JSON.stringify([via, kind, id])));
  return { by, key, request: sha256Hex(Buffer.from(JSON.stringify([method, url, body ?? null]))) };
}

/** Keys of requests that run now: of this process alone, for one that was killed runs no more and has kept nothing. */
export class RunningKeys {
  readonly #running = new Set<string>();

  /** Returns what ends it. Throws request.running. */
  begin({ by, key }: KeyedRequest): () => void {
    const name = `${by} ${key}`;
    if (this.#running.has(name)) throw new EvidockError('request.running', because('key-named', { key }));
    this.#running.add(name);
    return () => this.#running.delete(name);
  }
}

/** What the first request with this key was answered; null if there was none. Throws request.key-reused, and request.conflict where the answer was not kept. */
export async function answeredBefore(ledger: LedgerReader, { by, key, request }: KeyedRequest, nowMs: number): Promise<KeptAnswer | null> {
  const kept = await ledger.answers.get(by, key);
  if (!kept || !keptFor(kept, nowMs)) return null;
  if (kept.request !== request) throw new EvidockError('request.key-reused', because('key-named', { key }));
  if (kept.body === 'not-kept') throw new EvidockError('request.conflict', because('key-answer-gone', { key }));
  return kept;
}
