import type { Protection } from '#domain/protection';
import type { Case, CaseEvent, Suggestion } from '#domain/registry';
import type { Page } from './page.ts';

/** The fields of a case that `upsert` writes. Its course and its marks change by `update`. */
export type CaseFacts = Omit<Case, 'steps' | keyof Protection>;

/** Cases, what happened in them, and which recordings may belong to them. */
export interface CasesReader {
  get(number: string): Promise<Case | null>;
  /** The cases on record among these numbers, sorted by number. */
  numbered(numbers: readonly string[]): Promise<readonly Case[]>;
  /** Newest first, then by number. `after`: the number of a case; empty if there is no such case. */
  list(page: Page): Promise<readonly Case[]>;
  /** Those whose number begins so, by number. `after`: only numbers behind this one. */
  beginning(start: string, page: Page): Promise<readonly Case[]>;
  /** Events of a case by start, then by id. `after`: only those that follow this one. */
  events(caseNumber: string, page?: { readonly after?: CaseEvent; readonly limit: number }): Promise<readonly CaseEvent[]>;
  event(id: string): Promise<CaseEvent | null>;
  /** Events whose window, widened by `marginMs`, touches [startMs, endMs]. */
  eventsTouching(startMs: number, endMs: number, marginMs: number): Promise<readonly CaseEvent[]>;
  suggestion(id: string): Promise<Suggestion | null>;
  /** Newest first. `after`: only those with a lower id. */
  suggestions(filter: { state?: Suggestion['state']; recordingId?: string; after?: string; limit: number }): Promise<readonly Suggestion[]>;
}

export interface CasesWriter {
  upsert(entry: CaseFacts): Promise<void>;
  update(number: string, patch: Partial<Pick<Case, 'steps' | keyof Protection>>): Promise<void>;
  upsertEvent(event: CaseEvent): Promise<void>;
  insertSuggestion(suggestion: Suggestion): Promise<void>;
  decideSuggestion(id: string, state: 'accepted' | 'declined', decidedBy: string): Promise<void>;
}
