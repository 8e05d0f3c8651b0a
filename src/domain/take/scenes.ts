/** A recording of one lens, with the moments at which its segments began. */
export interface View {
  readonly recordingId: string;
  readonly recorder: string;
  readonly lens: string;
  readonly startsMs: readonly number[];
}

/** Lenses of one recorder begin a segment within this of each other. */
const SAME_MOMENT_MS = 2000;

/**
 * Pairs of recordings that several lenses of one recorder made at one moment, each pair once. Segments are compared, not takes: a lens whose second segment
 * is missing still belongs to the others.
 */
export function otherViews(views: readonly View[]): readonly (readonly [View, View])[] {
  const pairs = new Map<string, readonly [View, View]>();
  for (const own of Map.groupBy(views, ({ recorder }) => recorder).values()) {
    const moments = own.flatMap((view) => view.startsMs.map((ms) => ({ ms, view }))).sort((a, b) => a.ms - b.ms);
    let first = 0;
    for (const [place, { ms, view }] of moments.entries()) {
      while ((moments[first]?.ms ?? ms) < ms - SAME_MOMENT_MS) first += 1;
      for (const { view: other } of moments.slice(first, place)) {
        if (other.lens === view.lens || other.recordingId === view.recordingId) continue;
        const pair = [other, view].sort((a, b) => (a.recordingId < b.recordingId ? -1 : 1)) as [View, View];
        pairs.set(pair.map(({ recordingId }) => recordingId).join(' '), pair);
      }
    }
  }
  return [...pairs.values()];
}
