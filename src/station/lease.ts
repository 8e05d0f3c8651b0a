import { asEvidockError, EvidockError } from '#domain/errors';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';

const LEASE_MS = 60_000;
const RENEW_MS = 1000;
/** A run that stands still is stopped before somebody else may take its work. */
const MARGIN_MS = 30_000;

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly workId: string;
  readonly owner: string;
  /** How long the run may stand still, ms; null: it has limits of its own, and time renews its lease. */
  readonly standstillMsMax: number | null;
  readonly onTrouble: (error: EvidockError) => void;
}

/** The hold of one run on its work: renewed while the run makes progress, not while time passes. */
export class Lease {
  readonly #options: Options;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #progressAtMs = performance.now();
  #renewedAtMs = 0;
  #percent = 0;
  /** Somebody else has the work now. */
  lost = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Aborted when the work is lost, or with station.stood-still. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get #leaseMs(): number {
    const { standstillMsMax } = this.#options;
    return standstillMsMax === null ? LEASE_MS : standstillMsMax + MARGIN_MS;
  }

  async claim(): Promise<boolean> {
    const { ledger, clock, workId, owner } = this.#options;
    if (!(await ledger.claimWork(workId, owner, clock.nowMs(), this.#leaseMs))) return false;
    this.#progressAtMs = performance.now();
    this.#renewedAtMs = this.#progressAtMs;
    this.#timer = setInterval(() => void this.#look(), RENEW_MS);
    return true;
  }

  progress(): void {
    this.#progressAtMs = performance.now();
  }

  percent(value: number): void {
    this.#percent = Math.max(this.#percent, Math.min(100, value));
    this.progress();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { ledger, clock, workId, owner, standstillMsMax, onTrouble } = this.#options;
    const nowMs = performance.now();
    if (standstillMsMax !== null) {
      const stoodMs = nowMs - this.#progressAtMs;
      if (stoodMs > standstillMsMax)
        return this.#ended.abort(new EvidockError('station.stood-still', `nothing moved for ${Math.round(stoodMs / 1000)} s: ${workId}`));
      if (this.#progressAtMs <= this.#renewedAtMs) return;
    }
    this.#renewedAtMs = nowMs;
    try {
      if (await ledger.renewWork(workId, owner, clock.nowMs(), this.#leaseMs, this.#percent)) return;
      this.lost = true;
      this.#ended.abort();
    } catch (error) {
      onTrouble(asEvidockError(error));
    }
  }
}
