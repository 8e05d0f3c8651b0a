import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';

/** Largest answer of a provider, bytes: metadata, key sets and tokens have a few KiB. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

interface Bounds {
  readonly timeoutMs: number;
  /** Aborted when the station stops. */
  readonly signal: AbortSignal;
}

type Options = Omit<RequestInit, 'signal' | 'headers' | 'body' | 'method'> & {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/** Whether what goes to a URL is encrypted, or does not leave this machine. */
export function isPrivate(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/**
 * A fetch whose answer comes whole, within a time and a size, and follows no redirect. It throws sign-in.provider-unreachable where there is no such answer, also
 * where the provider tells of a failure of its own (5xx): a later try may succeed.
 */
export function boundedFetch({ timeoutMs, signal }: Bounds): (url: string, options: Options) => Promise<Response> {
  return async (url, { body, ...options }) => {
    const place = new URL(url);
    if (!isPrivate(place)) throw unreachable(because('oidc-not-private', { address: place.host }));
    const signals = [AbortSignal.timeout(timeoutMs), signal, ...(options.signal ? [options.signal] : [])];
    try {
      const request = { ...options, ...(body === undefined || body === null ? {} : { body: body as NonNullable<RequestInit['body']> }) };
      const response = await fetch(place, { ...request, redirect: 'manual', signal: AbortSignal.any(signals) });
      const bytes = await bytesOf(response);
      if (response.status >= 500) throw unreachable(because('oidc-status', { status: response.status }));
      // A body is not allowed in such an answer (RFC 9110, 15.3.5 and 15.4.5).
      const empty = response.status === 204 || response.status === 304;
      return new Response(empty ? null : bytes, { status: response.status, headers: response.headers });
    } catch (error) {
      if (error instanceof EvidockError) throw error;
      throw unreachable(said(causeOf(error)), error);
    }
  };
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > ANSWER_BYTES_MAX) throw unreachable(because('oidc-too-large', { size: ANSWER_BYTES_MAX }));
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** `fetch failed` says nothing; why it failed is its cause. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

export function unreachable(why: ReturnType<typeof because>, cause?: unknown): EvidockError {
  return new EvidockError('sign-in.provider-unreachable', why, cause);
}
