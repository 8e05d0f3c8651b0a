import type { CustodyType } from '#domain/custody/catalogue';
import type { CustodyDraft, CustodyEntry } from '#domain/custody/entry';
import type { Fact } from '#domain/custody/fact';
import type { CustodyFault } from '#domain/custody/read-entry';
import type { Subject } from '#domain/custody/subject';

/** The custody log. */
export interface CustodyReader {
  /** The entries of a subject, oldest first. Those of a recording include the entries of its originals and its dockings. */
  of(about: Subject, page?: { readonly after?: number; readonly limit: number }): Promise<readonly CustodyEntry[]>;
  /** Those of these types alone, about the subject itself. */
  ofTypes(about: Subject, types: readonly CustodyType[], limit: number): Promise<readonly CustodyEntry[]>;
  /**
   * Ids of the dockings of a recording whose card held recordings that the scope does not see: what their entries tell of the whole card is not for whoever asks.
   * None for a scope that sees all, and for a recording that it does not see.
   */
  sharedDockings(recordingId: string): Promise<readonly string[]>;
  /** The values that a subject had, and since when: oldest first, then by name. Entries of version 1 of the log give none. */
  factsOf(
    about: Subject,
    page: { readonly after?: { readonly seq: number; readonly name: string }; readonly limit: number },
  ): Promise<readonly Fact[]>;
  head(): Promise<{ seq: number; hash: string } | null>;
  /** Hash of the entry with this number; null if there is none. */
  hashOf(seq: number): Promise<string | null>;
  /** Checks the whole chain and yields its faults, at most 100. `onEntry` is called with the number of each entry. */
  verify(onEntry?: (seq: number) => void): AsyncIterable<CustodyFault>;
}

export interface CustodyWriter {
  /** Appends an entry in the transaction of the change that it tells of. Throws station.internal for a draft that does not fit the declaration of its type. */
  append(draft: CustodyDraft): Promise<CustodyEntry>;
}
