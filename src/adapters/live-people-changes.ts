import type { PeopleChange, PeopleChanges } from '#ports/people-changes';

const LISTENERS_MAX = 100;

/** Tells listeners of this process what was changed of people. */
export function livePeopleChanges(): PeopleChanges {
  const listeners = new Set<(change: PeopleChange) => void>();
  return {
    onChanged: (listener) => {
      if (listeners.size >= LISTENERS_MAX) throw new RangeError(`more than ${LISTENERS_MAX} listeners for changes of people`);
      // A listener that was added twice is told twice, and is taken away one by one.
      const own = (change: PeopleChange) => listener(change);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    tell: (change) => {
      for (const listener of listeners) listener(change);
    },
  };
}
