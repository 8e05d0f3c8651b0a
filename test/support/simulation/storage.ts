import type { Archive } from '#ports/archive';
import type { ArchiveInventory } from '#ports/archive-inventory';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { OriginalEraser } from '#ports/original-eraser';

/** The second place of the simulated station. */
export interface SimulatedStorage {
  readonly archive: Archive;
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
  /** Under the key of disposal. */
  readonly eraser: OriginalEraser;
  close(): Promise<void>;
}
