/** Turns a median absolute difference into what a standard deviation would be, were the figures normally distributed. */
const OF_NORMAL = 1.4826;
const TIMES = 3;

/** The middle of figures; the mean of the two middle ones where their number is even; 0 of none. */
export function median(figures: readonly number[]): number {
  if (figures.length === 0) return 0;
  const sorted = [...figures].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}

/** Above this a figure is unusual: median + 3 · 1.4826 · MAD (median of the absolute differences from the median). Outliers do not move it. */
export function usualMax(figures: readonly number[]): number {
  const middle = median(figures);
  return middle + TIMES * OF_NORMAL * median(figures.map((figure) => Math.abs(figure - middle)));
}
