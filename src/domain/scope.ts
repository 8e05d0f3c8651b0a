import type { Kind } from './kind.ts';
import type { Confidentiality } from './protection.ts';
import type { Category } from './registry.ts';

/** Which part of the footage someone may see: that of some officers and units, and what was granted one by one. Empty lists: nothing. */
export interface NarrowScope {
  /** Numbers of officers: one's own, and those of others whose footage one may see. */
  readonly officers: readonly string[];
  /** Units as the registry names them: the footage of the officers who belong to them today. */
  readonly units: readonly string[];
  /** Numbers of cases: the footage that belongs to them, whose ever it is. */
  readonly cases: readonly string[];
  /** Ids of single recordings. */
  readonly recordings: readonly string[];
}

/** Whose footage a part of a scope reaches: what any one of these names. */
export interface Reach extends NarrowScope {
  /** Everybody's. */
  readonly all: boolean;
  /** What belongs to nobody: recordings without an officer, and cases that name none. */
  readonly unassigned: boolean;
  /** Numbers of officers: the footage of the cases that name them. */
  readonly named: readonly string[];
}

/** What of the footage within reach is meant; what is left out does not matter. */
export interface ScopeWhich {
  readonly kinds?: readonly Kind[];
  readonly categories?: readonly Category[];
  readonly important?: boolean;
  /** The effective level of the recording is at least this one. What nobody marked counts as `internal`. */
  readonly confidentialityMin?: Confidentiality;
  readonly confidentialityMax?: Confidentiality;
  /** Whether the recording or a case of it carries any mark of privacy. */
  readonly privacy?: boolean;
  /** One of its cases is in one of these states. */
  readonly caseStates?: readonly string[];
  /** It was taken in at this moment or later, ms since 1970. */
  readonly takenSinceMs?: number;
  /** It was taken in at this moment or before. */
  readonly takenUntilMs?: number;
}

export interface ScopePart {
  readonly reach: Reach;
  readonly which: ScopeWhich;
}

/** What a policy lets one person see at one moment: what some part allows and no part refuses. */
export interface RuledScope {
  readonly allowed: readonly ScopePart[];
  readonly refused: readonly ScopePart[];
}

export type Scope = 'all' | NarrowScope | RuledScope;

/** What a scope is asked about. */
export interface RecordingFacts {
  readonly id: string;
  readonly officerId: string | null;
  /** Of its officer, by the registry; null if the officer is not known there, or has none. */
  readonly unit: string | null;
  readonly caseNumbers: readonly string[];
}

/**
 * Whether a recording may be seen: by its officer, the unit of its officer, one of its cases, or itself. The ledger asks the same in its own statements,
 * and a test compares the two.
 */
export function covers(scope: 'all' | NarrowScope, { id, officerId, unit, caseNumbers }: RecordingFacts): boolean {
  if (scope === 'all') return true;
  return (
    (officerId !== null && scope.officers.includes(officerId)) ||
    (unit !== null && scope.units.includes(unit)) ||
    caseNumbers.some((number) => scope.cases.includes(number)) ||
    scope.recordings.includes(id)
  );
}

/** Whether a case may be seen: it was granted, or it names an officer whose footage may be. `unitOf`: by the registry. */
export function coversCase(
  scope: 'all' | NarrowScope,
  { number, officerIds }: { readonly number: string; readonly officerIds: readonly string[] },
  unitOf: (officerId: string) => string | null,
): boolean {
  if (scope === 'all' || scope.cases.includes(number)) return true;
  return officerIds.some((id) => {
    const unit = unitOf(id);
    return scope.officers.includes(id) || (unit !== null && scope.units.includes(unit));
  });
}

/** A scope without conditions, as a ruled one. */
export function ruledScope(scope: NarrowScope | RuledScope): RuledScope {
  if ('allowed' in scope) return scope;
  return { allowed: [{ reach: { ...scope, all: false, unassigned: false, named: [] }, which: {} }], refused: [] };
}
