import { because } from '#domain/reason';
import type { WorkQueue } from '#ports/work-queue';

/** A queue with one place, as `archive.atOnce: 1` gives: the next work begins when the last one has ended. */
export function oneAtATime(): WorkQueue {
  let listener: ((id: string, run: { signal: AbortSignal }) => Promise<void>) | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const stop = new AbortController();
  return {
    start: async () => undefined,
    listen: (_, __, handler) => {
      listener = handler;
    },
    ring: async (_, id) => {
      last = last.then(() => listener?.(id, { signal: stop.signal }));
    },
    check: async () => because('running', {}),
    stop: async () => {
      stop.abort();
      await last;
    },
  };
}
