import type { DeskDeps } from '#desk/deps';
import type { StreamPlaces } from '#serve/limits';
import { Presenter } from '#serve/present';
import type { RawAnswer } from '#serve/route';
import { EventStream, type Heard } from './event-stream.ts';

/** What changes within this time is told at once: a card of a thousand files would make a page ask a thousand times. */
const GATHERED_MS = 1000;
const UNREAD_BYTES_MAX = 64 * 1024;

/** The stream by which a page learns that what it shows may be old: event `changed` with topics, and never what was changed. */
export function changeEvents(
  { changes, board, clock, facts }: Pick<DeskDeps, 'changes' | 'board' | 'clock' | 'facts'>,
  streams: StreamPlaces,
  listener: Omit<Heard, 'time'>,
): RawAnswer {
  const presenter = new Presenter(facts.timezone);
  const { stillHolds, signal } = listener;
  const time = () => presenter.time(clock.nowMs());
  const stream = new EventStream({ streams, unreadBytesMax: UNREAD_BYTES_MAX, stillHolds, signal, time });
  const gathered = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const send = () => {
    timer = undefined;
    stream.send('changed', { topics: [...gathered].sort() });
    gathered.clear();
  };
  const gather = (topics: Iterable<string>) => {
    for (const topic of topics) gathered.add(topic);
    timer ??= setTimeout(send, GATHERED_MS).unref();
  };
  const stops = [changes.onChanged(gather), board.subscribe(() => gather(['slots']))];
  stream.onClose(() => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  });
  return stream.answer();
}
