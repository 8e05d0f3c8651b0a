import type { GrantEnded, RungGrantBell } from '#ports/grant-bell';

/** A bell within this process. */
export function liveGrantBell(): RungGrantBell {
  const listeners = new Set<(ended: GrantEnded) => void>();
  return {
    onRevoked: (listener) => {
      // Each listening has an entry of its own, so that one function may listen twice.
      const heard = (ended: GrantEnded) => listener(ended);
      listeners.add(heard);
      return () => {
        listeners.delete(heard);
      };
    },
    ring: (ended) => {
      for (const listener of [...listeners]) for (const each of ended) listener(each);
    },
  };
}
