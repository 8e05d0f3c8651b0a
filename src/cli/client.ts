import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import type { PageAnswer } from '#api/common';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because, english, type Reason, reasonOf } from '#domain/reason';
import { errorWords } from '#messages/error-words';

/** An answer takes at most this long to begin. */
const ANSWER_MS_MAX = 600_000;
/** The longest time for the control socket to answer, ms. That of a running station answers at once. */
const PROBE_MS_MAX = 2000;
/** The largest page of a list, items. */
const PAGE_MAX = 1000;
/** Codes of the errors with which a connection ends that was cut while it was written or read. */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const AGAIN_MS = 500;
const WAITS_MAX = 120;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Ask {
  readonly query?: Query;
  readonly body?: unknown;
  /** Idempotency key, by which the station knows the request when it comes again. */
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The stream fails if the connection ends too early. */
  readonly body: Readable;
}

/** A station that answers requests of the API. It runs already, or was opened for the command. */
export interface StationClient {
  readonly kind: 'running' | 'opened';
  request(method: Method, path: string, ask?: Ask): Promise<Answer>;
  stream(method: Method, path: string, ask?: Ask): Promise<StreamedAnswer>;
  close(): Promise<void>;
}

/** The station has refused a request. Carries its code and reason. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  /** A code of the table of errors. A station of another version may have one that is not known here. */
  readonly code: string;
  readonly reason: Reason;

  constructor({ code, reason }: { readonly code: string; readonly reason: Reason }) {
    super(`${errorWords('en', code).what}: ${english(reason)}`);
    this.code = code;
    this.reason = reason;
  }
}

function replyError(status: number, json: unknown): ReplyError {
  const { code, reason } = (json ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string') return new ReplyError({ code: 'station.internal', reason: because('http-status', { status }) });
  return new ReplyError({ code, reason: reasonOf(reason) });
}

/** The JSON of a good answer. Throws ReplyError for any other. */
export async function ask<T>(client: StationClient, method: Method, path: string, question: Ask = {}): Promise<T> {
  const { status, json } = await client.request(method, `/api/v1${path}`, question);
  if (status >= 400) throw replyError(status, json);
  return json as T;
}

/** Yields pages of at most 1000 items, at most `limit` items in all. `cursor`: where to begin. Throws ReplyError. */
export async function* askPages<T>(
  client: StationClient,
  path: string,
  query: Query = {},
  { limit = Number.POSITIVE_INFINITY, cursor }: { limit?: number; cursor?: string | null } = {},
): AsyncGenerator<readonly T[]> {
  let next = cursor;
  for (let left = limit; left > 0; ) {
    const asked = { ...query, limit: Math.min(PAGE_MAX, left), cursor: next ?? undefined };
    const page = await ask<PageAnswer<T>>(client, 'GET', path, { query: asked });
    yield page.items;
    if (page.next === null) return;
    left -= page.items.length;
    next = page.next;
  }
}

/** All items of a list. Throws ReplyError. */
export async function askAll<T>(client: StationClient, path: string, query: Query = {}): Promise<readonly T[]> {
  return (await Array.fromAsync(askPages<T>(client, path, query))).flat();
}

/** A good answer as a stream. Throws ReplyError for any other. */
export async function askStream(client: StationClient, method: Method, path: string, question: Ask = {}): Promise<StreamedAnswer> {
  const answer = await client.stream(method, `/api/v1${path}`, question);
  if (answer.status < 400) return answer;
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  throw replyError(answer.status, parse(Buffer.concat(chunks).toString()));
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch (error) {
    throw new EvidockError('station.internal', because('answer-not-json', { text: text.slice(0, 200) }), error);
  }
}

function pathWith(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** Sends requests to the running station through its control socket. */
export class SocketClient implements StationClient {
  readonly kind = 'running';
  readonly #socketPath: string;
  readonly #actor: string;

  constructor(options: { socketPath: string; user: string }) {
    this.#socketPath = options.socketPath;
    this.#actor = actorOf(options.user);
  }

  /** True if a station answers there. */
  async answers(): Promise<boolean> {
    try {
      const { status } = await this.#send('GET', '/api/v1/health', {}, PROBE_MS_MAX).then(readAll);
      return status === 200;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTSOCK', 'ECONNRESET'].includes(errnoOf(error) ?? '')) return false;
      if (errnoOf(error) === 'EACCES')
        throw new EvidockError('request.forbidden', because('socket-of-other', { path: this.#socketPath }), error);
      throw new EvidockError(
        'station.internal',
        because('control-socket', { text: error instanceof Error ? error.message : String(error) }),
        error,
      );
    }
  }

  async request(method: Method, path: string, question: Ask = {}): Promise<Answer> {
    const asked = keyed(method, question);
    const once = async () => {
      const { status, text } = await readAll(await this.#send(method, path, asked, ANSWER_MS_MAX));
      return { status, json: parse(text) };
    };
    try {
      return await once();
    } catch (error) {
      // A request with a key may be sent again, because the station then does nothing twice.
      if (asked.key === undefined || !CUT.has(errnoOf(error) ?? '')) throw lost(error);
      return this.#again(once);
    }
  }

  /** Sends a request once more after a cut connection. While the station still carries out the first one, this waits for the answer. */
  async #again(once: () => Promise<Answer>): Promise<Answer> {
    try {
      for (let waits = 0; ; waits += 1) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        const answer = await once();
        const { code } = (answer.json ?? {}) as { code?: string };
        if (code !== 'request.running' || waits === WAITS_MAX) return answer;
      }
    } catch (error) {
      throw lost(error);
    }
  }

  async stream(method: Method, path: string, question: Ask = {}): Promise<StreamedAnswer> {
    try {
      const response = await this.#send(method, path, question, ANSWER_MS_MAX);
      return { status: response.statusCode ?? 0, headers: response.headers, body: response };
    } catch (error) {
      throw lost(error);
    }
  }

  #send(method: string, path: string, question: Ask, answerMsMax: number): Promise<IncomingMessage> {
    const payload = question.body === undefined ? undefined : JSON.stringify(question.body);
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        socketPath: this.#socketPath,
        method,
        path: pathWith(path, question.query),
        agent: false,
        headers: {
          host: 'localhost',
          'x-evidock-actor': this.#actor,
          ...(question.key === undefined ? {} : { 'idempotency-key': question.key }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        },
      });
      const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${answerMsMax} ms`)), answerMsMax);
      outgoing.once('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      outgoing.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      outgoing.end(payload);
    });
  }

  async close(): Promise<void> {}
}

/** Gives each POST an idempotency key. */
function keyed(method: Method, question: Ask): Ask {
  return method === 'POST' ? { ...question, key: randomUUID() } : question;
}

async function readAll(response: IncomingMessage): Promise<{ status: number; text: string }> {
  return { status: response.statusCode ?? 0, text: await readText(response) };
}

function lost(error: unknown): EvidockError {
  if (error instanceof EvidockError) return error;
  return new EvidockError('station.stopping', because('connection-lost', { errno: errnoText(error) }), error);
}

/** Sends requests to a station that was opened in this process: the same requests to the same server, without a listener. */
export class InProcessClient implements StationClient {
  readonly kind: StationClient['kind'];
  readonly #app: FastifyInstance;
  readonly #actor: string;
  readonly #close: () => Promise<void>;

  /** `app` is that of the control socket; `close` closes the station behind it; `kind`: it was opened for the command, if nothing else is said. */
  constructor(options: { app: FastifyInstance; user: string; close: () => Promise<void>; kind?: StationClient['kind'] }) {
    this.kind = options.kind ?? 'opened';
    this.#app = options.app;
    this.#actor = actorOf(options.user);
    this.#close = options.close;
  }

  async request(method: Method, path: string, question: Ask = {}): Promise<Answer> {
    const { status, body } = await this.stream(method, path, keyed(method, question));
    return { status, json: parse(await readText(body as Readable)) };
  }

  async stream(method: Method, path: string, question: Ask = {}): Promise<StreamedAnswer> {
    const response = await this.#app.inject({
      method,
      url: pathWith(path, question.query),
      headers: {
        ...{ host: 'localhost', 'x-evidock-actor': this.#actor },
        ...(question.key === undefined ? {} : { 'idempotency-key': question.key }),
      },
      ...(question.body === undefined ? {} : { payload: question.body as object }),
      payloadAsStream: true,
    });
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
    );
    return { status: response.statusCode, headers, body: response.stream() };
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function actorOf(user: string): string {
  return `cli:${user.replace(/[^A-Za-z0-9._@-]/g, '_').slice(0, 64) || 'unknown'}`;
}
