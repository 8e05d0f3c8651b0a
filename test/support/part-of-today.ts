const DAY_MS = 86_400_000;
/** `scripts/test --long` tries all of everything. */
const ALL = process.env['EVIDOCK_TEST_LONG'] !== undefined;

/**
 * One of so many parts of what takes long to try one by one: another part each day, by UTC, so that all of it has had its turn after that many days. Each part has
 * its share of the whole list, not one end of it. Never empty.
 */
export function partOfToday<T>(all: readonly T[], parts: number, nowMs = Date.now()): readonly T[] {
  if (ALL) return all;
  const day = Math.floor(nowMs / DAY_MS);
  const of = Math.min(parts, all.length);
  return all.filter((_, n) => n % of === day % of);
}
