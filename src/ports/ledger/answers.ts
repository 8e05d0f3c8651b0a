import type { KeptAnswer } from '#domain/kept-answer';

/** Answers that were given to requests with an idempotency key, for when such a request comes again. */
export interface AnswersReader {
  /** The answer to an earlier request of this client with this key; null if there was none, or it is too old to be kept. */
  get(by: string, key: string): Promise<KeptAnswer | null>;
}

export interface AnswersWriter {
  /** Keeps an answer, in place of one with the same key. Answers older than KEPT_MS are removed, and the oldest beyond KEPT_MAX. */
  keep(answer: KeptAnswer): Promise<void>;
}
