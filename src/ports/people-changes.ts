import type { Unit } from '#domain/people/unit';
import type { User } from '#domain/people/user';

/** What was changed of people, and is committed. A change that does not touch roles, state or unit is told too. */
export type PeopleChange =
  | { readonly user: { readonly old: User | null; readonly new: User } }
  | { readonly unit: { readonly old: Unit | null; readonly new: Unit } };

/**
 * Tells within this process that a user or a unit was changed, once that is committed. What a person may do ends by it: sessions, grants, streams. Whoever
 * decides anything reads the ledger all the same, because another process may have made the change.
 */
export interface PeopleChanges {
  /** Returns what ends the listening. A listener does not throw. */
  onChanged(listener: (change: PeopleChange) => void): () => void;
  tell(change: PeopleChange): void;
}
