import type { Changes, Topic } from '#ports/changes';

/** Streams of all browsers listen here; the server limits those (src/serve/limits.ts). */
const LISTENERS_MAX = 10_000;

/** Tells listeners of this process what was changed. */
export function liveChanges(): Changes {
  const listeners = new Set<(topics: ReadonlySet<Topic>) => void>();
  return {
    onChanged: (listener) => {
      if (listeners.size >= LISTENERS_MAX) throw new RangeError(`more than ${LISTENERS_MAX} listeners for changes`);
      // A listener that was added twice is told twice, and is taken away one by one.
      const own = (topics: ReadonlySet<Topic>) => listener(topics);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    tell: (topics) => {
      for (const listener of listeners) listener(topics);
    },
  };
}
