import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';
import { type CountDeps, countTerms } from './count-terms.ts';
import { bringIntoForce } from './versions.ts';

/** How often the keeper looks for stale terms, ms. Until it has counted one, nothing may be disposed of by it. */
const LOOK_MS = 2000;
/** Recordings of one transaction: it takes a few milliseconds, so that others get their turn. */
const STEP = 100;

interface Options extends CountDeps {
  readonly ledger: Ledger;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  /** Called with what went wrong; the keeper tries again at its next look. */
  readonly failed: (error: unknown) => void;
}

/**
 * Counts terms that are stale, and brings an adopted schedule into force in time. What is stale stands in the ledger, so nothing is forgotten by a restart. A
 * clock that went back or jumped brings nothing into force until somebody confirms it.
 */
export class RetentionKeeper {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Days off of another year may be known since the last start: terms that wait for them are counted again. */
  async start(): Promise<void> {
    await this.#options.ledger.transaction((writer) => writer.retention.recountWaiting('holidays'));
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.look()
        .catch((error: unknown) => this.#options.failed(error))
        .finally(() => this.#arm());
    }, LOOK_MS);
    this.#timer.unref();
  }

  /** Looks once: what is stale now is counted when this resolves. Returns how many terms have changed. */
  async look(): Promise<number> {
    const { ledger, clock, clockWatch } = this.#options;
    if (clockWatch.state().kind === 'steady') await bringIntoForce({ ledger }, clock.nowMs());
    if ((await ledger.retention.turn()) === 0) return 0;
    let changed = 0;
    while (!this.#stopped) {
      const ids = await ledger.retention.stale(STEP);
      if (ids.length === 0) break;
      const step = await ledger.transaction((writer) => countTerms(writer, ids, this.#options));
      if (step === null) break;
      changed += step;
    }
    return changed;
  }
}
