import type { Protection } from '#domain/protection';
import type { Case, CaseEvent, Suggestion } from '#domain/registry';
import type { Page } from './page.ts';

/** What is told of a case when it is put on record or changed; its course and its marks change by `update`. */
export type CaseFacts = Omit<Case, 'steps' | keyof Protection>;

/** Cases, what happened in them, and which recordings may belong to them. */
export interface CasesReader {
  get(number: string): Promise<Case | null>;
  /** Those of these numbers that are there, by number. */
  numbered(numbers: readonly string[]): Promise<readonly Case[]>;
  /** Newest first, then by number. None if there is no case `after`. */
  list(page: Page): Promise<readonly Case[]>;
  /** By start, then by id; `after`: those after this one. */
  events(caseNumber: string, page?: { readonly after?: CaseEvent; readonly limit: number }): Promise<readonly CaseEvent[]>;
  event(id: string): Promise<CaseEvent | null>;
  /** Events whose window, widened by `marginMs`, touches [startMs, endMs]. */
  eventsTouching(startMs: number, endMs: number, marginMs: number): Promise<readonly CaseEvent[]>;
  suggestion(id: string): Promise<Suggestion | null>;
  /** Newest first; `after`: those below this id. */
  suggestions(filter: { state?: Suggestion['state']; recordingId?: string; after?: string; limit: number }): Promise<readonly Suggestion[]>;
}

export interface CasesWriter {
  upsert(entry: CaseFacts): Promise<void>;
  update(number: string, patch: Partial<Pick<Case, 'steps' | keyof Protection>>): Promise<void>;
  upsertEvent(event: CaseEvent): Promise<void>;
  insertSuggestion(suggestion: Suggestion): Promise<void>;
  decideSuggestion(id: string, state: 'accepted' | 'declined', decidedBy: string): Promise<void>;
}
