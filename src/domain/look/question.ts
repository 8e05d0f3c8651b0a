/** How something ended that somebody tried. */
export const OUTCOMES = ['done', 'refused', 'failed', 'urgent'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What an auditor asks the log. Everything that is given must hold. */
export interface AuditQuestion {
  /** Who did it, or whose account it is about: id of an account, or the printed form of another actor such as `cli:root`. */
  readonly person?: string;
  readonly recording?: string;
  readonly case?: string;
  /** Number of the officer who is shown, or is named. */
  readonly officer?: string;
  /** Unit of the footage, or of who did it. */
  readonly unit?: string;
  /** IP address. */
  readonly address?: string;
  readonly grant?: string;
  /** A request for call-up. */
  readonly request?: string;
  /** The entries of one look. */
  readonly look?: string;
  /** Type of entry. */
  readonly type?: string;
  readonly outcome?: Outcome;
  /** Times of entries, ms since 1970 UTC: from the first, to before the second. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/** The parts of a question that entries are filed under. */
export const FACETS = ['person', 'recording', 'case', 'officer', 'unit', 'address', 'grant', 'request', 'look', 'type', 'outcome'] as const;
export type Facet = (typeof FACETS)[number];

/** Under which each entry of the audit is filed. */
export const EVERYTHING = '*';

/** Before the id of an account: the entries by which somebody else had a hand in it (people/second-person.ts). Nobody asks for it by name. */
export const HAND_IN = 'hand';

/** `case:LY-2026-0012`. */
export function termOf(facet: Facet | typeof HAND_IN, value: string): string {
  return `${facet}:${value}`;
}
