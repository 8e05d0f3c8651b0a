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

  /** What is most urgent: one original, or a handful of small ones that are equally so; none if nothing waits. */
  take(): readonly Original[] {
    const from = this.#important.length > 0 ? this.#important : this.#normal;
    const large = from.slice(0, HANDFUL).findIndex(({ bytes }) => bytes > SMALL_BYTES_MAX);
    const taken = from.splice(0, large < 0 ? HANDFUL : Math.max(1, large));
    for (const { id } of taken) this.#known.delete(id);
    return taken;
  }
}
