import type { Actor } from '#domain/custody/actor';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** Who writes into the registry. `within`: the unit whose people they keep, with those below it; null: everybody's. */
export interface Keeping {
  readonly actor: Actor;
  readonly within: string | null;
}

/**
 * Nobody takes an officer, a recorder or a recording away from another unit: where footage belongs decides who sees it. Throws request.forbidden where the officer
 * belongs to a unit that is neither `within` nor below it. `within` null: at the machine itself, anybody's. Who belongs to no unit is nobody's yet.
 */
export async function mustBeOwnOfficer(reader: LedgerReader, officer: string | null, within: string | null): Promise<void> {
  if (within === null || officer === null) return;
  const unit = (await reader.registry.officer(officer))?.unit ?? null;
  const above = unit === null ? [] : await reader.people.unitsAbove(unit);
  if (above.length > 0 && !above.includes(within))
    throw new EvidockError('request.forbidden', because('officer-of-other-unit', { officer }));
}
