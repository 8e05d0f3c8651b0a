import type { ArchiveInventory } from '#ports/archive-inventory';
import type { ArchiveLocks } from '#ports/archive-locks';

/** What is asked of the storage of an archive, beside its objects. */
export interface ComparisonParts {
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
}
