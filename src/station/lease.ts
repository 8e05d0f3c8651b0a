import { asEvidockError, EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { Claim } from '#domain/work';
import type { ClaimedWork, WorkClaims } from '#ports/work-gate';

const RENEW_MS = 1000;
/** A run that stands still is stopped so long before another host may take its work, ms. */
const MARGIN_MS = 30_000;

interface Options {
  readonly claims: WorkClaims;
  readonly workId: string;
  /** How long the run may stand still, ms. */
  readonly standstillMsMax: number;
  readonly onTrouble: (error: EvidockError) => void;
}

/** The lease of one run on its work. It is renewed while the run makes progress, not by time alone. */
export class Lease {
  readonly #options: Options;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #progressAtMs = performance.now();
  #renewedAtMs = 0;
  #percent = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Aborted with work.lease-lost or station.stood-still. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get #leaseMs(): number {
    return this.#options.standstillMsMax + MARGIN_MS;
  }

  async claim(): Promise<ClaimedWork | null> {
    const { claims, workId } = this.#options;
    const held = await claims.claim(workId, this.#leaseMs);
    if (!held) return null;
    this.#progressAtMs = performance.now();
    this.#renewedAtMs = this.#progressAtMs;
    this.#timer = setInterval(() => void this.#look(held.claim), RENEW_MS);
    return held;
  }

  progress(): void {
    this.#progressAtMs = performance.now();
  }

  percent(value: number): void {
    const higher = Math.min(100, value);
    // The same percentage again is no progress.
    if (higher <= this.#percent) return;
    this.#percent = higher;
    this.progress();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(claim: Claim): Promise<void> {
    const { claims, workId, standstillMsMax, onTrouble } = this.#options;
    const nowMs = performance.now();
    const stoodMs = nowMs - this.#progressAtMs;
    if (stoodMs > standstillMsMax)
      return this.#ended.abort(
        new EvidockError('station.stood-still', because('stood-still', { seconds: Math.round(stoodMs / 1000), work: workId })),
      );
    if (this.#progressAtMs <= this.#renewedAtMs) return;
    this.#renewedAtMs = nowMs;
    try {
      await claims.renew(claim, { leaseMs: this.#leaseMs, percent: this.#percent });
    } catch (error) {
      if (isFailure(error, 'work.lease-lost')) return this.#ended.abort(error);
      onTrouble(asEvidockError(error));
    }
  }
}
