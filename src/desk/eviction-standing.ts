import type { Stays } from '#domain/eviction/choose';
import { bytesAbove } from '#domain/eviction/space';
import type { Evicted } from '#ports/ledger/eviction';
import type { DeskDeps } from './deps.ts';

/** Originals that the vault gave up and has not fetched back. */
export interface EvictionStanding extends Evicted {
  /** False: nothing is evicted, because it is configured so. */
  readonly on: boolean;
  /** Playable copies that it gave up. */
  readonly playable: Evicted;
  /** What has to be freed to come down to the low-water mark; null where nothing is evicted. */
  readonly aboveLowWaterBytes: number | null;
  /** How many files the last turn had to leave, by why. */
  readonly stays: Readonly<Partial<Record<Stays, number>>>;
}

/** How the vault stands between its marks, and what only the archive holds. */
export async function evictionStanding({
  ledger,
  vault,
  evicting,
}: Pick<DeskDeps, 'ledger' | 'vault' | 'evicting'>): Promise<EvictionStanding> {
  const evicted = await ledger.eviction.evicted();
  if (!evicting) return { on: false, ...evicted, aboveLowWaterBytes: null, stays: {} };
  const aboveLowWaterBytes = bytesAbove(await vault.space(), evicting.marks.low);
  return { on: true, ...evicted, aboveLowWaterBytes, stays: evicting.lastStays() };
}
