import type { Stays } from '#domain/eviction/choose';
import type { WaterMarks } from '#domain/eviction/space';

/** Makes room in the vault by giving up what is safe in the archive. */
export interface VaultRoom {
  /** Resolves when `bytes` more are free than before, or when no more can be freed now. Returns how many bytes were freed. Never throws. */
  makeRoom(bytes: number): Promise<number>;
}

/** What eviction found in its last turn. */
export interface EvictionView {
  readonly marks: WaterMarks;
  /** How many files stayed in the vault, by why, where room was wanted; empty where none was, or enough could be freed. */
  lastStays(): Readonly<Partial<Record<Stays, number>>>;
}
