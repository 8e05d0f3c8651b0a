import type { Readable } from 'node:stream';
import { EvidockError, errnoOf } from '#domain/errors';

/** A station sends events of at most some kilobytes; more without an end is no station. */
const EVENT_CHARACTERS_MAX = 4 * 1024 * 1024;

export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** The events of a stream until `signal`, which ends it quietly. Throws station.stopping when the station ends it. */
export async function* serverEvents(body: Readable, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const stop = () => body.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let rest = '';
  try {
    if (signal.aborted) return;
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      if (rest.length > EVENT_CHARACTERS_MAX) throw new EvidockError('station.internal', 'an event without an end');
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof EvidockError) throw error;
    throw new EvidockError('station.stopping', `the stream of events has ended (${errnoOf(error) ?? String(error)})`, error);
  } finally {
    signal.removeEventListener('abort', stop);
    body.destroy();
  }
  if (!signal.aborted) throw new EvidockError('station.stopping', 'the stream of events has ended');
}

/** null for what only keeps the connection awake. */
function eventOf(block: string): ServerEvent | null {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const data = fields.get('data');
  return data === undefined ? null : { event: fields.get('event') ?? 'message', data: JSON.parse(data) };
}
