import { PassThrough } from 'node:stream';
import type { StreamPlaces } from '#serve/limits';
import { RawAnswer } from '#serve/route';

/** A page that hears nothing for three of these shows that it knows nothing (docs/console.md). */
const BEAT_MS = 1500;
/** So often it is asked whether the listener is still let in. */
const ASKED_AGAIN_MS = 4000;

/** Who listens. */
export interface Heard {
  /** Asks again whether the listener is still let in, and sees what they saw. */
  readonly stillHolds: () => Promise<boolean>;
  /** The time of the station as text. */
  readonly time: () => string;
  /** Aborted when the connection closes. */
  readonly signal: AbortSignal;
}

interface Options extends Heard {
  readonly streams: StreamPlaces;
  /** A listener with so many unread bytes is cut off. It may connect again, and begins anew. */
  readonly unreadBytesMax: number;
}

/**
 * Server-sent events for one listener. Event `beat` shows that the station is there. Ends with the connection, when nobody reads, and within 5 s when the listener
 * is let in no more, or nobody can tell.
 */
export class EventStream {
  readonly #body = new PassThrough();
  readonly #unreadBytesMax: number;
  readonly #beat: () => void;

  /** Throws request.too-many where no place for a stream is left. */
  constructor({ streams, unreadBytesMax, stillHolds, time, signal }: Options) {
    this.#unreadBytesMax = unreadBytesMax;
    this.#beat = () => this.send('beat', { at: time() });
    this.onClose(streams.take());
    const heartbeat = setInterval(this.#beat, BEAT_MS).unref();
    let asking = false;
    const doubt = setInterval(async () => {
      if (asking) return this.end();
      asking = true;
      if (!(await stillHolds().catch(() => false))) this.end();
      asking = false;
    }, ASKED_AGAIN_MS).unref();
    this.onClose(() => {
      clearInterval(heartbeat);
      clearInterval(doubt);
    });
    if (signal.aborted) this.end();
    signal.addEventListener('abort', () => this.end(), { once: true });
  }

  get isOver(): boolean {
    return this.#body.destroyed;
  }

  send(event: string, data: unknown, id?: string): void {
    if (this.isOver) return;
    if (this.#body.readableLength + this.#body.writableLength > this.#unreadBytesMax) this.end();
    else this.#body.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  }

  onClose(stop: () => void): void {
    this.#body.once('close', stop);
  }

  end(): void {
    this.#body.destroy();
  }

  /** The headers go out with the first beat: whoever listens misses nothing from here on, and a page has the clock of the station at once. */
  answer(): RawAnswer {
    this.#beat();
    return new RawAnswer(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }, this.#body);
  }
}
