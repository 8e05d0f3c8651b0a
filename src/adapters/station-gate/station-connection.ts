import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as rest } from 'node:timers/promises';
import type { ByteRange } from '#domain/byte-range';
import { ERRORS, type ErrorCode, EvidockError, said } from '#domain/errors';
import type { Invitation } from '#domain/invitation';
import { because, type Reason, reasonOf } from '#domain/reason';
import { PinnedAgent } from './pinned-agent.ts';

/** Longest answer, bytes: what is known of one recording. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Shorter than a lease, so that a link that was cut costs no run. */
const PATIENCE_MS = 40_000;
const SILENCE_MS = 20_000;
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 2000;

interface Options {
  readonly invitation: Pick<Invitation, 'url' | 'key' | 'certificateSha256'>;
  /** Tells this process from earlier ones of the same worker. */
  readonly instance: string;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  /** Called when the key is good no more, or another process has taken this one's place. */
  readonly onRefused?: (error: EvidockError) => void;
  /** How long a station that does not answer is tried again, ms. */
  readonly patienceMs?: number;
  /** How long nothing may move on a connection, ms. */
  readonly silenceMs?: number;
}

interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | (() => Readable);
}

/** What a worker asks of its station, over a link that may be slow or cut for a while. Errors: what the station says, work.station-unreachable, work.station-differs. */
export class StationConnection {
  readonly #options: Required<Options>;
  readonly #agent: PinnedAgent;

  constructor(options: Options) {
    this.#options = { patienceMs: PATIENCE_MS, silenceMs: SILENCE_MS, onRefused: () => undefined, ...options };
    this.#agent = new PinnedAgent(options.invitation.certificateSha256);
  }

  /** Asks again while no answer comes. The idempotency key tells the station that it is the same call. */
  async call<T>(url: string, question: object): Promise<T> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    return this.#patiently(() => this.#asked<T>({ method: 'POST', path: `/worker/v1/${url}`, headers, body: JSON.stringify(question) }));
  }

  /** Sends a file; one that broke off is sent again from its beginning. */
  async put<T>(path: string, headers: Readonly<Record<string, string>>, open: () => Readable): Promise<T> {
    return this.#patiently(() => this.#asked<T>({ method: 'PUT', path: `/worker/v1/${path}`, headers, body: open }));
  }

  /** Bytes of a file at the station; goes on at the byte where the link broke off. Without an end: to the end of the file. */
  read(key: string, range: { start: number; end?: number } = { start: 0 }): Readable {
    return Readable.from(this.#chunks(key, range), { objectMode: false });
  }

  async *#chunks(key: string, range: { start: number; end?: number }): AsyncGenerator<Buffer> {
    let at = range.start;
    let end = range.end;
    while (end === undefined || at < end) {
      const from = at;
      const { response, total } = await this.#patiently(() => this.#opened(key, { start: from, ...(end === undefined ? {} : { end }) }));
      end ??= total;
      try {
        for await (const chunk of response as AsyncIterable<Buffer>) {
          at += chunk.length;
          yield chunk;
        }
        // An answer that ends early without an error is a link that broke off too.
        if (at === from && at < end) await this.#pause(PAUSE_MS_MAX);
      } catch (error) {
        // The link broke off. If bytes have come, reading goes on after them; if none have, the station is asked again after a pause.
        if (this.#options.signal.aborted) throw error;
        if (at === from) await this.#pause(PAUSE_MS_MAX);
      }
    }
  }

  async #opened(
    key: string,
    { start, end }: Partial<ByteRange> & { start: number },
  ): Promise<{ response: IncomingMessage; total: number }> {
    // An empty file has no range.
    const range: Record<string, string> =
      start === 0 && end === undefined ? {} : { range: `bytes=${start}-${end === undefined ? '' : end - 1}` };
    const response = await this.#send({ method: 'GET', path: `/worker/v1/bytes?key=${encodeURIComponent(key)}`, headers: range });
    if (response.statusCode !== 200 && response.statusCode !== 206) throw await this.#refusal(response);
    const told = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1] ?? response.headers['content-length'];
    const total = told === undefined ? Number.NaN : Number(told);
    // The whole file in place of its rest would be appended to what has come; a length that is not told could not be missed.
    if (Number.isNaN(total) || (start > 0 && response.statusCode !== 206)) {
      response.destroy();
      throw new EvidockError(
        'station.internal',
        because('answer-of-range', { key, start, status: response.statusCode ?? 0, length: told ?? '—' }),
      );
    }
    return { response, total };
  }

  async #asked<T>(sent: Sent): Promise<T> {
    const response = await this.#send(sent);
    if (response.statusCode !== 200) throw await this.#refusal(response);
    return (JSON.parse(await textOf(response)) as { answer: T }).answer;
  }

  async #refusal(response: IncomingMessage): Promise<EvidockError> {
    const text = await textOf(response);
    const { code, reason } = codeOf(text);
    const error = new EvidockError(code in ERRORS ? (code as ErrorCode) : 'station.internal', reason);
    if (error.code === 'work.key-refused' || error.code === 'work.replaced') this.#options.onRefused(error);
    return error;
  }

  #send({ method, path, headers = {}, body }: Sent): Promise<IncomingMessage> {
    const { invitation, instance, signal, silenceMs } = this.#options;
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(new URL(path, invitation.url), {
        ...{ method, agent: this.#agent, signal },
        headers: { ...headers, authorization: `Bearer ${invitation.key}`, 'x-evidock-instance': instance },
      });
      outgoing.setTimeout(silenceMs, () =>
        outgoing.destroy(new EvidockError('work.station-unreachable', because('no-answer-within', { seconds: silenceMs / 1000 }))),
      );
      outgoing.once('response', resolve);
      // Once the answer begins, its own stream tells what breaks off.
      outgoing.on('error', reject);
      if (typeof body === 'function') pipeline(body(), outgoing).catch(reject);
      else outgoing.end(body);
    });
  }

  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const { patienceMs, signal } = this.#options;
    const end = performance.now() + patienceMs;
    for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof EvidockError && error.code !== 'station.stopping' && error.code !== 'request.too-many') throw error;
        if (signal.aborted || performance.now() + pauseMs > end) throw unreachable(error);
      }
      await this.#pause(pauseMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    await rest(ms, undefined, { signal: this.#options.signal }).catch((error: unknown) => {
      throw unreachable(error);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function unreachable(thrown: unknown): EvidockError {
  return new EvidockError('work.station-unreachable', said(thrown), thrown);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new EvidockError('station.internal', because('long-answer', { bytes: ANSWER_BYTES_MAX }));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf(text: string): { code: string; reason: Reason } {
  try {
    const { code, reason } = JSON.parse(text) as Record<string, unknown>;
    return { code: String(code), reason: reasonOf(reason) };
  } catch {
    return { code: 'station.internal', reason: because('answer-not-json', { text: text.slice(0, 200) }) };
  }
}
