import type { Original } from '#domain/recording';

/** Smaller files are copied by the handful. Most of their time goes into names and flushes, which many files can share. */
const SMALL_BYTES_MAX = 1024 * 1024;
const HANDFUL = 32;

/** The files that one docking still has to copy: important ones first, else in the order of the card. */
export class CopyQueue {
  readonly #important: Original[] = [];
  readonly #normal: Original[] = [];
  readonly #known = new Set<string>();

  get size(): number {
    return this.#important.length + this.#normal.length;
  }

  /** Adds an original. One that is queued already is not added again. */
  push(original: Original): void {
    if (this.#known.has(original.id)) return;
    this.#known.add(original.id);
    (original.important ? this.#important : this.#normal).push(original);
  }

  /** Takes the most urgent original, or a handful of small ones that are equally urgent; none if nothing waits. */
  take(): readonly Original[] {
    const from = this.#important.length > 0 ? this.#important : this.#normal;
    const large = from.slice(0, HANDFUL).findIndex(({ bytes }) => bytes > SMALL_BYTES_MAX);
    const taken = from.splice(0, large < 0 ? HANDFUL : Math.max(1, large));
    for (const { id } of taken) this.#known.delete(id);
    return taken;
  }
}
