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

/** A bounded number of permits, given in the order of asking: nobody who waits is overtaken, so no recorder starves. */
export class Permits {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
