import type { Clock } from '#ports/clock';

/** Things of one kind that came since the last turn. */
export interface Fold<T> {
  /** null: of all kinds that came when there were too many already. */
  readonly key: string | null;
  readonly what: T;
  /** How many came that no entry tells yet. */
  times: number;
  /** Time of the first of those, ms since 1970 UTC. */
  sinceMs: number;
}

/** Counts what comes again and again, so that a storm makes few entries. The first of a kind is told at once, what follows until the next turn is counted. */
export class Folds<T> {
  readonly #keysMax: number;
  readonly #clock: Clock;
  readonly #folds = new Map<string, Fold<T>>();
  #overflow: Fold<T> | null = null;

  constructor({ keysMax, clock }: { keysMax: number; clock: Clock }) {
    this.#keysMax = keysMax;
    this.#clock = clock;
  }

  /** `isFirst`: the caller tells it now. Else it was counted. */
  count(key: string, what: T): { readonly fold: Fold<T>; readonly isFirst: boolean } {
    const fresh = { key, what, times: 0, sinceMs: this.#clock.nowMs() };
    const known = this.#folds.get(key);
    if (!known && this.#folds.size < this.#keysMax) {
      this.#folds.set(key, fresh);
      return { fold: fresh, isFirst: true };
    }
    this.#overflow ??= known ? null : { ...fresh, key: null };
    const fold = known ?? this.#overflow ?? fresh;
    this.add(fold, 1, fresh.sinceMs);
    return { fold, isFirst: false };
  }

  /** Counts something that came before, but could not be told. */
  add(fold: Fold<T>, times: number, sinceMs: number): void {
    fold.sinceMs = fold.times === 0 ? sinceMs : Math.min(fold.sinceMs, sinceMs);
    fold.times += times;
  }

  /** What was counted and is not told. What did not come since the last turn is forgotten: its next one is a first one again. */
  take(): readonly Fold<T>[] {
    const counted = [...this.#folds.values(), ...(this.#overflow ? [this.#overflow] : [])].filter(({ times }) => times > 0);
    const taken = counted.map((fold) => ({ ...fold }));
    for (const [key, fold] of this.#folds) {
      if (fold.times === 0) this.#folds.delete(key);
      fold.times = 0;
    }
    this.#overflow = null;
    return taken;
  }

  /** What was taken could not be told: it is counted once more. */
  giveBack(taken: readonly Fold<T>[]): void {
    for (const fold of taken) {
      const now = fold.key === null ? this.#overflow : this.#folds.get(fold.key);
      if (now) this.add(now, fold.times, fold.sinceMs);
      else if (fold.key === null) this.#overflow = { ...fold };
      else this.#folds.set(fold.key, { ...fold });
    }
  }
}
