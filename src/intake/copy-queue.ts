import type { Original } from '#domain/recording';

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

  take(): Original | undefined {
    const original = this.#important.shift() ?? this.#normal.shift();
    if (original) this.#known.delete(original.id);
    return original;
  }
}
