import type { LedgerReader } from './ledger.ts';

/** What of a station was changed: a group of the ledger. */
export type Topic = keyof LedgerReader;

/** Tells within this process what was changed, once it is committed. It tells no more than the topics: whoever may see what was changed reads it. */
export interface Changes {
  /** Returns what ends the listening. A listener does not throw. */
  onChanged(listener: (topics: ReadonlySet<Topic>) => void): () => void;
  tell(topics: ReadonlySet<Topic>): void;
}
