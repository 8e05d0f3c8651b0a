import { roundOf } from './turns.ts';

/** `scripts/test --long` tries all of everything. */
const ALL = process.env['EVIDOCK_TEST_LONG'] !== undefined;

/**
 * One of so many parts of what takes long to try one by one: the next part each time that every file has had its turn (turns.ts), so that all of it has been tried
 * after so many rounds. Each part has its share of the whole list, not one end of it. Never empty.
 */
export function partOfToday<T>(all: readonly T[], parts: number, nowMs = Date.now()): readonly T[] {
  if (ALL) return all;
  const of = Math.min(parts, all.length);
  return all.filter((_, n) => n % of === roundOf(nowMs) % of);
}
