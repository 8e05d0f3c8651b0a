interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Half-open spans of numbers, ordered and apart, never more than `max`. Where one more would be too many, the two with the smallest gap between them become one,
 * so that what is kept is never less than what was added.
 */
export class Spans {
  readonly #max: number;
  readonly #spans: Span[] = [];
  #joined = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** What was never added and lies in the spans nevertheless, at most. */
  get joined(): number {
    return this.#joined;
  }

  get all(): readonly Span[] {
    return this.#spans;
  }

  /** Adds a span; one that is empty or no number adds nothing. */
  add(start: number, end: number): void {
    if (!(start < end)) return;
    const first = this.#firstThatEndsAt(start);
    let last = first;
    let low = start;
    let high = end;
    for (let next = this.#spans[last]; next && next.start <= high; next = this.#spans[last]) {
      low = Math.min(low, next.start);
      high = Math.max(high, next.end);
      last += 1;
    }
    this.#spans.splice(first, last - first, { start: low, end: high });
    if (this.#spans.length > this.#max) this.#joinNearest();
  }

  /** Place of the first span that ends at `start` or behind it. */
  #firstThatEndsAt(start: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#spans[middle]?.end ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #joinNearest(): void {
    let place = 1;
    let smallest = Number.POSITIVE_INFINITY;
    for (let each = 1; each < this.#spans.length; each += 1) {
      const gap = this.#gapBefore(each);
      if (gap >= smallest) continue;
      smallest = gap;
      place = each;
    }
    const before = this.#spans[place - 1];
    const behind = this.#spans[place];
    if (!before || !behind) return;
    this.#joined += smallest;
    this.#spans.splice(place - 1, 2, { start: before.start, end: behind.end });
  }

  #gapBefore(place: number): number {
    return (this.#spans[place]?.start ?? 0) - (this.#spans[place - 1]?.end ?? 0);
  }
}
