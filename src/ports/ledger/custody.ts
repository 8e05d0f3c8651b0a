import type { CustodyDraft, CustodyEntry } from '#domain/custody/entry';
import type { Fact } from '#domain/custody/fact';
import type { CustodyFault } from '#domain/custody/read-entry';
import type { Subject } from '#domain/custody/subject';

/** The custody log. */
export interface CustodyReader {
  /** The history of a subject, oldest first: that of a recording has those of its originals and dockings in it. */
  of(about: Subject, page?: { readonly after?: number; readonly limit: number }): Promise<readonly CustodyEntry[]>;
  /** What was known of a subject, and from when on: oldest first, then by name. Nothing of before the log of today. */
  factsOf(
    about: Subject,
    page: { readonly after?: { readonly seq: number; readonly name: string }; readonly limit: number },
  ): Promise<readonly Fact[]>;
  head(): Promise<{ seq: number; hash: string } | null>;
  /** Hash of the entry with this number; null if there is none. */
  hashOf(seq: number): Promise<string | null>;
  /** Walks the whole chain; yields the faults, at most 100. */
  verify(onEntry?: (seq: number) => void): AsyncIterable<CustodyFault>;
}

export interface CustodyWriter {
  /** Inside the same transaction as the change it tells of. Throws station.internal for a draft that its type does not declare. */
  append(draft: CustodyDraft): Promise<CustodyEntry>;
}
