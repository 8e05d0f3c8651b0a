import type { KeptAnswer } from '#domain/kept-answer';

/** What requests were answered that may come again with their idempotency key. */
export interface AnswersReader {
  /** null if there was none, or it was long ago. */
  get(by: string, key: string): Promise<KeptAnswer | null>;
}

export interface AnswersWriter {
  /** Takes the place of one with the same key. Those that are KEPT_MS old go, and the oldest beyond KEPT_MAX. */
  keep(answer: KeptAnswer): Promise<void>;
}
