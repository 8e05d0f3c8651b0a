import type { Readable } from 'node:stream';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** The largest event, characters. A station sends some kilobytes; a longer one is not from a station. */
const EVENT_CHARACTERS_MAX = 4 * 1024 * 1024;

export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/**
 * Yields the events of a stream (WHATWG HTML, "Server-sent events") until `signal` is aborted, which ends it without an error. Throws station.stopping when the
 * station ends the stream, and station.internal for what no station sends.
 */
export async function* serverEvents(body: Readable, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const stop = () => body.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let arrived: EventSourceMessage[] = [];
  const parser = createParser({
    maxBufferSize: EVENT_CHARACTERS_MAX,
    onEvent: (event) => arrived.push(event),
    onError: (error) => {
      // Other errors are of unknown fields, which the standard lets a client ignore.
      if (error.type === 'max-buffer-size-exceeded') throw new EvidockError('station.internal', because('event-endless', {}));
    },
  });
  try {
    if (signal.aborted) return;
    for await (const chunk of body) {
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      const events = arrived;
      arrived = [];
      for (const { event = 'message', data } of events) yield { event, data: parsed(data) };
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof EvidockError) throw error;
    throw new EvidockError('station.stopping', because('events-ended-by', { errno: errnoText(error) }), error);
  } finally {
    signal.removeEventListener('abort', stop);
    body.destroy();
  }
  if (!signal.aborted) throw new EvidockError('station.stopping', because('events-ended', {}));
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    throw new EvidockError('station.internal', because('event-not-json', {}), error);
  }
}
