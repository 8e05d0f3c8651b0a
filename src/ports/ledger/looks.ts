import type { CustodyEntry } from '#domain/custody/entry';
import type { AuditQuestion } from '#domain/look/question';

/** A part of the answer to a question. */
export interface AuditPage {
  readonly limit: number;
  /** `newest`: from the last entry of the log back. Both go by the number of the entry, because clocks can be set back. */
  readonly order: 'newest' | 'oldest';
  /** Number of an entry: the page begins behind it. */
  readonly after?: number;
}

export interface AuditAnswer {
  /** At most `limit`, and fewer than that also where many entries had to be walked: the answer goes on behind `next` then. */
  readonly entries: readonly CustodyEntry[];
  /** To be given as `after`; null: there is no more. */
  readonly next: number | null;
}

/**
 * What people did, as an auditor asks for it: an index of the custody log by person, case, recording, officer, unit, type, outcome, address and look. No scope
 * limits it: who may ask is decided before.
 */
export interface LooksReader {
  /** One page; time and memory are bounded however many entries match. */
  answer(question: AuditQuestion, page: AuditPage): Promise<AuditAnswer>;
  /** By id of a look: the last entry that tells what was seen. Looks of which nothing was told yet are left out. At most 1,000 looks. */
  seenOf(looks: readonly string[]): Promise<ReadonlyMap<string, CustodyEntry>>;
  /** Titles of these cases as they are now. */
  titlesNow(numbers: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Nothing: the ledger files each entry by itself, in the transaction that appends it. */
export type LooksWriter = Readonly<Record<never, never>>;
