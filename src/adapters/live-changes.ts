import type { Changes, Topic } from '#ports/changes';
import { Listeners } from './listeners.ts';

/** Streams of all browsers listen here; the server limits those (src/serve/limits.ts). */
const LISTENERS_MAX = 10_000;

/** Tells listeners of this process what was changed. */
export function liveChanges(): Changes {
  const listeners = new Listeners<ReadonlySet<Topic>>(LISTENERS_MAX);
  return { onChanged: (listener) => listeners.add(listener), tell: (topics) => listeners.tell(topics) };
}
