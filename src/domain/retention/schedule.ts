import type { Kind } from '#domain/kind';
import type { Confidentiality } from '#domain/protection';
import type { CaseStage, Category } from '#domain/registry';
import type { Term } from './term.ts';

/** From when on a term counts. `never`: it does not begin, so what matches is kept for good. */
export const START_EVENTS = ['recorded', 'docked', 'archived', 'case-decided', 'case-closed', 'never'] as const;
export type StartEvent = (typeof START_EVENTS)[number];

/** What becomes of it at the end, the most careful last: proposed for disposal; looked at by a person first; handed to another archive. */
export const END_ACTIONS = ['propose', 'review', 'transfer'] as const;
export type EndAction = (typeof END_ACTIONS)[number];

/** Modes of a lock in the storage (S3 Object Lock), the strongest last. */
export const LOCK_MODES = ['none', 'governance', 'compliance'] as const;
type LockMode = (typeof LOCK_MODES)[number];

/** How the storage is to help. */
export interface LockWish {
  readonly mode: LockMode;
  /** Also put the storage's own legal hold on it. */
  readonly hold: boolean;
  /** What is kept without end is locked so many days ahead, again and again: a date too far ahead unlocks. */
  readonly horizonDays: number;
}

/** Where a term comes from. `found`: a text says so; `policy`: the agency has decided so; `missing`: nobody has found it yet. */
export const SOURCE_STATUSES = ['found', 'policy', 'missing'] as const;
export type SourceStatus = (typeof SOURCE_STATUSES)[number];

interface Source {
  readonly status: SourceStatus;
  /** Name and number of the text. */
  readonly title: string;
  /** Article; null: the whole. */
  readonly article: string | null;
  /** On which day somebody looked, `2026-11-26`. */
  readonly checked: string;
}

/** Kinds of agencies, for terms that only some have. */
export const SECTORS = ['police', 'market-supervision', 'transport', 'urban-management', 'emergency-management', 'other'] as const;
type Sector = (typeof SECTORS)[number];

/** Which recordings; what is left out does not matter. Each that is given has to be met. */
export interface RetentionMatch {
  readonly kinds?: readonly Kind[];
  /** Its own category, or that of a case of it. */
  readonly categories?: readonly Category[];
  readonly stages?: readonly CaseStage[];
  /** `false`, as `case: none`: only a rule without minimum can ask for it, so that no mark takes a minimum away. */
  readonly important?: boolean;
  readonly case?: 'any' | 'none';
  /** Ids of units; those below are meant too. */
  readonly units?: readonly string[];
  /** At least this level. What nobody marked counts as `internal`. */
  readonly levelMin?: Confidentiality;
  readonly foundInBin?: true;
  readonly damaged?: true;
  /** The agency of the schedule is one of these. */
  readonly sectors?: readonly Sector[];
  /** It lies in one of these regions, ISO 3166 (`CN-37`, `CN`). */
  readonly regions?: readonly string[];
}

/** A text in both languages. */
interface Titled {
  readonly 'zh-CN': string;
  readonly en: string;
}

export interface RetentionRule {
  /** Stands in the custody log; never used again for another rule. */
  readonly id: string;
  readonly title: Titled;
  readonly match: RetentionMatch;
  readonly start: StartEvent;
  /** null: the rule sets none. A rule whose source is missing has neither term: what matches it is kept. */
  readonly minimum: Term | null;
  readonly maximum: Term | null;
  readonly action: EndAction;
  readonly lock: LockWish;
  readonly source: Source;
}

/** Everything that a site says of how long recordings are kept. */
export interface RetentionSchedule {
  /** Counts up with each schedule that was proposed; 0: it was never proposed. */
  readonly version: number;
  readonly title: Titled;
  /** Whose schedule it is. */
  readonly agency: { readonly sectors: readonly Sector[]; readonly region: string };
  /** Days off that working days are counted with: China's yearly notices, or the agency's own files alone. */
  readonly holidays: 'china' | 'own';
  readonly rules: readonly RetentionRule[];
}
