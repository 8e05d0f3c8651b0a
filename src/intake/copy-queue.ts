import type { Original } from '#domain/recording';

/** Small files are taken by the handful: what they take is names and flushes, which many can share. */
const SMALL_BYTES_MAX = 1024 * 1024;
const HANDFUL = 32;

/** What one docking still has to copy: important originals first, else in the order of the card. */
export class CopyQueue {
  readonly #important: Original[] = [];
  readonly #normal: Original[] = [];
  readonly #known = new Set<string>();

  get size(): number {
    return this.#important.length + this.#normal.length;
  }

  /** The same original is queued once, until it has been taken. */
  push(original: Original): void {
    if (this.#known.has(original.id)) return;
    this.#known.add(original.id);
    (original.important ? this.#important : this.#normal).push(original);
  }

  /** What is most urgent: one original, or a handful of small ones; none if nothing waits. */
  take(): readonly Original[] {
    const taken: Original[] = [];
    for (let next = this.#next; next; next = this.#next) {
      if (taken.length > 0 && (taken.length === HANDFUL || next.bytes > SMALL_BYTES_MAX)) break;
      (next.important ? this.#important : this.#normal).shift();
      this.#known.delete(next.id);
      taken.push(next);
      if (next.bytes > SMALL_BYTES_MAX) break;
    }
    return taken;
  }

  get #next(): Original | undefined {
    return this.#important[0] ?? this.#normal[0];
  }
}
