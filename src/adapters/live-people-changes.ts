import type { PeopleChange, PeopleChanges } from '#ports/people-changes';
import { Listeners } from './listeners.ts';

const LISTENERS_MAX = 100;

/** Tells listeners of this process what was changed of people. */
export function livePeopleChanges(): PeopleChanges {
  const listeners = new Listeners<PeopleChange>(LISTENERS_MAX);
  return { onChanged: (listener) => listeners.add(listener), tell: (change) => listeners.tell(change) };
}
