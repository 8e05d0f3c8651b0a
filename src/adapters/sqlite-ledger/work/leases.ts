const KEPT_MAX = 1000;

/** Running work, as its row names the hold on it. */
export interface HeldRow {
  readonly id: string;
  readonly token: number;
}

/**
 * When the leases of running work end. Kept in memory, by the monotonic clock of the one process that holds the ledger: a wall clock that jumps neither ends
 * a lease nor keeps one. A hold that is not known here has ended. After a start, `hold` gives what other hosts had claimed their time once more.
 */
export class Leases {
  readonly #monotonicMs: () => number;
  readonly #ends = new Map<string, { readonly token: number; readonly endsMs: number }>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  hold({ id, token }: HeldRow, leaseMs: number): void {
    if (this.#ends.size >= KEPT_MAX) this.#forgetEnded();
    this.#ends.set(id, { token, endsMs: this.#monotonicMs() + leaseMs });
  }

  isHeld({ id, token }: HeldRow): boolean {
    const lease = this.#ends.get(id);
    return lease !== undefined && lease.token === token && lease.endsMs > this.#monotonicMs();
  }

  /** Ended work is not taken out at once: its transaction may still be rolled back, and then it is held as before. */
  #forgetEnded(): void {
    const nowMs = this.#monotonicMs();
    for (const [id, { endsMs }] of this.#ends) if (endsMs <= nowMs) this.#ends.delete(id);
  }
}
