import { PassThrough } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import type { StreamPlaces } from '#serve/limits';
import { Presenter } from '#serve/present';
import { RawAnswer } from '#serve/route';
import { watchListener } from './listener.ts';

/** What changes within this time is told at once: a card of a thousand files would make a page ask a thousand times. */
const GATHERED_MS = 1000;
const UNREAD_BYTES_MAX = 64 * 1024;

interface Listener {
  readonly stillHolds: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * The stream by which a page learns that what it shows may be old: event `changed` with topics, and never what was changed. Ends with the connection, and within
 * 5 s when the listener is let in no more.
 */
export function changeEvents(
  { changes, board, clock, facts }: Pick<DeskDeps, 'changes' | 'board' | 'clock' | 'facts'>,
  streams: StreamPlaces,
  { stillHolds, signal }: Listener,
): RawAnswer {
  const body = new PassThrough();
  body.once('close', streams.take());
  const presenter = new Presenter(facts.timezone);
  const gathered = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const send = () => {
    timer = undefined;
    if (body.destroyed) return;
    if (body.readableLength + body.writableLength > UNREAD_BYTES_MAX) return void body.destroy();
    body.write(`event: changed\ndata: ${JSON.stringify({ topics: [...gathered].sort() })}\n\n`);
    gathered.clear();
  };
  const gather = (topics: Iterable<string>) => {
    for (const topic of topics) gathered.add(topic);
    timer ??= setTimeout(send, GATHERED_MS).unref();
  };
  const stops = [changes.onChanged(gather), board.subscribe(() => gather(['slots']))];
  body.once('close', () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  });
  watchListener(body, { stillHolds, time: () => presenter.time(clock.nowMs()) });
  if (signal.aborted) body.destroy();
  signal.addEventListener('abort', () => body.destroy(), { once: true });
  // The headers go out now: whoever listens misses nothing from here on. With them goes the first beat, so that a page knows at once that the station is there.
  body.write(`event: beat\ndata: ${JSON.stringify({ at: presenter.time(clock.nowMs()) })}\n\n`);
  return new RawAnswer(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }, body);
}
