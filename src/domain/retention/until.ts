/**
 * What has not happened yet and has to, before a term can end. `start`: no time of the recording is known at all; `source`: the schedule does not know the term yet;
 * `holidays`: the days off of a year are not known yet.
 */
export type WaitedFor = 'case-decided' | 'case-closed' | 'archived' | 'start' | 'source' | 'holidays';

/**
 * How long. `instant`: `ms` since 1970 UTC is the first moment after it, the beginning of a local day. `waiting` is without end until that happens, so it counts as
 * infinite too.
 */
export type Until =
  | { readonly kind: 'instant'; readonly ms: number }
  | { readonly kind: 'permanent' }
  | { readonly kind: 'waiting'; readonly for: WaitedFor };

/** What nothing takes away any more: a wait ends by itself, so it is none. */
export type Earned = Exclude<Until, { readonly kind: 'waiting' }>;

/** Negative where `one` is shorter. Permanent is longer than waiting, which may end some day; two waits are alike. */
export function compareUntil(one: Until, other: Until): number {
  if (one.kind === 'instant' && other.kind === 'instant') return one.ms - other.ms;
  return RANK[one.kind] - RANK[other.kind];
}

const RANK = { instant: 0, waiting: 1, permanent: 2 } as const;

/** The longer of two; the first where they are alike. */
export function longerOf<One extends Until, Other extends Until>(one: One, other: Other): One | Other {
  return compareUntil(one, other) >= 0 ? one : other;
}

/** Whether it is over at a moment. */
export function isOver(until: Until, nowMs: number): boolean {
  return until.kind === 'instant' && nowMs >= until.ms;
}

/**
 * What is earned once facts or schedule changed (docs/design.md, "Retention", rules 7 and 8): never less than before. `before`: null where nothing was earned yet.
 */
export function earnedSince(before: Earned | null, now: Earned | null): Earned | null {
  if (before === null || now === null) return before ?? now;
  return longerOf(before, now);
}
