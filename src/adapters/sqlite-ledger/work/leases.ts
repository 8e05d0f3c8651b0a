const KEPT_MAX = 1000;

/** Running work and its claim, as the row names them. */
export interface HeldRow {
  readonly id: string;
  readonly token: number;
}

/**
 * When the leases of running work end. This is kept in memory, by the monotonic clock of the one process that holds the ledger, so a wall clock that jumps
 * neither ends a lease nor keeps one. A claim that is not known here has ended. After a start, `hold` gives the claims of other hosts their whole lease once
 * more.
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

  /** Removes leases of ended work, but not at once: the transaction that ended the work may still be rolled back, and then its lease stands as before. */
  #forgetEnded(): void {
    const nowMs = this.#monotonicMs();
    for (const [id, { endsMs }] of this.#ends) if (endsMs <= nowMs) this.#ends.delete(id);
  }
}
