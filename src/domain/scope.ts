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

export type Scope = 'all' | NarrowScope;

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
export function covers(scope: Scope, { id, officerId, unit, caseNumbers }: RecordingFacts): boolean {
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
  scope: Scope,
  { number, officerIds }: { readonly number: string; readonly officerIds: readonly string[] },
  unitOf: (officerId: string) => string | null,
): boolean {
  if (scope === 'all' || scope.cases.includes(number)) return true;
  return officerIds.some((id) => {
    const unit = unitOf(id);
    return scope.officers.includes(id) || (unit !== null && scope.units.includes(unit));
  });
}
