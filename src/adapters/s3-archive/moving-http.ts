import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { RateLimiter } from '#ports/rate-limiter';
import { TransferWatch } from './transfer-watch.ts';

/** A last bound on connections. Uploads, read-backs and players are bounded by those who start them. */
const SOCKETS_MAX = 256;
/** How long a server may take to say whether it wants the body (Expect: 100-continue, RFC 9110, 10.1.1), ms. */
const CONTINUE_MS_MAX = 2000;

const PIECE_BYTES_MIN = 64 * 1024;
const PIECE_BYTES_MAX = 1024 * 1024;
const PIECE_MS = 100;

/** One request as the SDK hands it over. */
interface WireRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Options of one request that do not belong to its content. */
export interface TransferOptions {
  readonly abortSignal?: AbortSignal;
  /** Called with the bytes that moved up and down since the last call. */
  readonly onMoved?: (up: number, down: number) => void;
}

interface Answer {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly body: IncomingMessage;
}

interface Options {
  /** How long no byte may move before the request ends, ms. */
  readonly stallMs: number;
  readonly limiter: RateLimiter;
}

/**
 * The HTTP client below the S3 client. A request ends when no byte has moved for `stallMs` in either direction, however far it has come and however long it has
 * taken. Bodies are sent in small pieces, so that the bandwidth limit gives an even flow. Errors: archive.unreachable for a stall; else those of Node.
 */
export class MovingHttp {
  readonly #options: Options;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(options: Options) {
    this.#options = options;
  }

  /** This client in the form that the SDK takes. */
  handler(): { handle: MovingHttp['handle']; destroy: () => void } {
    return { handle: (request, options) => this.handle(request, options), destroy: () => this.#destroy() };
  }

  #destroy(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async handle(wire: WireRequest, { abortSignal, onMoved }: TransferOptions = {}): Promise<{ response: Answer }> {
    abortSignal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<{ response: Answer }>();
    const request = this.#open(wire);
    let response: IncomingMessage | undefined;
    const fail = (error: Error) => (response ?? request).destroy(error);
    const watch = new TransferWatch({
      request,
      stallMs: this.#options.stallMs,
      onMoved: (up, down) => onMoved?.(up, down),
      onStalled: (why) =>
        fail(new EvidockError('archive.unreachable', because('s3-plain', { why, key: `${wire.method} ${lastOf(wire.path)}` }))),
    });
    const onAbort = () => fail(abortSignal?.reason instanceof Error ? abortSignal.reason : new Error('aborted'));
    abortSignal?.addEventListener('abort', onAbort, { once: true });
    request.once('close', () => {
      watch.end();
      abortSignal?.removeEventListener('abort', onAbort);
    });
    request.on('error', reject);
    request.once('response', (answer) => {
      response = answer;
      watch.answered(answer);
      // A server that answers before it has read the body does not want the rest of it.
      if (!request.writableFinished) answer.once('end', () => request.destroy());
      resolve({ response: answerOf(answer) });
    });
    this.#send(request, wire.body, watch, abortSignal).catch((error: Error) => fail(error));
    return promise;
  }

  #open({ protocol, hostname, port, method, path, query, headers }: WireRequest): ClientRequest {
    const secure = protocol === 'https:';
    const options = {
      agent: secure ? this.#https : this.#http,
      host: hostname.replace(/^\[|\]$/g, ''),
      ...(port === undefined ? {} : { port }),
      method,
      path: path + queryOf(query ?? {}),
      headers: { ...headers },
    };
    return secure ? httpsRequest(options) : httpRequest(options);
  }

  async #send(request: ClientRequest, body: unknown, watch: TransferWatch, signal: AbortSignal | undefined): Promise<void> {
    const bytes = bytesOf(body);
    if (bytes.length > 0 && request.hasHeader('expect')) await mayGoOn(request);
    const { limiter } = this.#options;
    let size = PIECE_BYTES_MIN;
    for (let at = 0; at < bytes.length; ) {
      if (request.destroyed || request.res) return;
      const piece = bytes.subarray(at, at + Math.min(size, limiter.pieceBytes));
      at += piece.length;
      watch.hold(true);
      await limiter.take(piece.length, signal);
      watch.hold(false);
      const begun = performance.now();
      if (!request.write(piece)) await drained(request);
      size = nextSize(size, performance.now() - begun);
    }
    if (request.destroyed) return;
    request.end();
    watch.sent();
  }
}

declare module 'node:http' {
  interface ClientRequest {
    /** The answer, once its headers have come (set by Node, missing in its types). */
    readonly res?: IncomingMessage | null;
  }
}

/**
 * Size of the next piece. Progress is seen piece by piece, so pieces are small where they take long. Larger ones cost less, and are used where they are quick.
 */
function nextSize(size: number, tookMs: number): number {
  if (tookMs < PIECE_MS) return Math.min(PIECE_BYTES_MAX, size * 2);
  return Math.max(PIECE_BYTES_MIN, size / 2);
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  throw new EvidockError('station.internal', because('body-neither', {}));
}

/** Resolves when the server says that it wants the body, when it has answered without it, or after CONTINUE_MS_MAX. */
function mayGoOn(request: ClientRequest): Promise<void> {
  request.flushHeaders();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const event of ['continue', 'response', 'close']) request.off(event, done);
      resolve();
    };
    const timer = setTimeout(done, CONTINUE_MS_MAX);
    for (const event of ['continue', 'response', 'close']) request.once(event, done);
  });
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'response', 'close']) request.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'response', 'close']) request.once(event, done);
  });
}

function answerOf(response: IncomingMessage): Answer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) if (value !== undefined) headers[name] = [value].flat().join(', ');
  return { statusCode: response.statusCode ?? 0, reason: response.statusMessage ?? '', headers, body: response };
}

function queryOf(query: NonNullable<WireRequest['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [escaped(name)] : [value].flat().map((each) => `${escaped(name)}=${escaped(String(each))}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Escapes as AWS signs: RFC 3986, with every reserved character escaped. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}
