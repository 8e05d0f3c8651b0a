import type { GrantEnded, RungGrantBell } from '#ports/grant-bell';
import { Listeners } from './listeners.ts';

/** Each film that is shown listens here; the server limits those (src/serve/limits.ts). */
const LISTENERS_MAX = 10_000;

/** A bell within this process. */
export function liveGrantBell(): RungGrantBell {
  const listeners = new Listeners<GrantEnded>(LISTENERS_MAX);
  return {
    onRevoked: (listener) => listeners.add(listener),
    ring: (ended) => {
      for (const each of ended) listeners.tell(each);
    },
  };
}
