/** Space of the vault, bytes. */
export interface VaultSpace {
  /** All that originals and derivatives may take on its disk: what is used and what is free, without the reserve. */
  readonly totalBytes: number;
  /** Free for new originals. */
  readonly freeBytes: number;
}

/** Shares of the space, per cent: above `high` room is made, down to `low`. */
export interface WaterMarks {
  readonly high: number;
  readonly low: number;
}

/** How much of the space is used, per cent. */
export function usedPercent({ totalBytes, freeBytes }: VaultSpace): number {
  return totalBytes <= 0 ? 100 : Math.max(0, (100 * (totalBytes - freeBytes)) / totalBytes);
}

/** Bytes to be freed: 0 up to the high-water mark, above it what brings the vault down to the low-water mark. */
export function bytesToFree(space: VaultSpace, { high, low }: WaterMarks): number {
  return usedPercent(space) <= high ? 0 : bytesAbove(space, low);
}

/** By how much the space used is above a mark; 0 below it. */
export function bytesAbove({ totalBytes, freeBytes }: VaultSpace, percent: number): number {
  return Math.max(0, totalBytes - freeBytes - Math.floor((totalBytes * percent) / 100));
}
