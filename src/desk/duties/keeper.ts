import { type LookDeps, lookAtHeartbeat, lookAtMachine, lookAtRecorders, lookAtRecordings, lookAtStation } from './look.ts';

/** How often the keeper looks, ms. */
const LOOK_MS = 60_000;
/** Steps of one look: a ledger of a million recordings is gone through in twenty looks. */
const STEPS = 50;

interface Options {
  readonly deps: LookDeps;
  /** Called with what went wrong; the keeper tries again at its next look. */
  readonly failed: (error: unknown) => void;
}

/**
 * Compares the duties that there are with those in the ledger, again and again. Each look goes on where the last one stopped; what it has not reached yet is found
 * by a later one.
 */
export class DutyKeeper {
  readonly #options: Options;
  readonly #after = { recordings: '', recorders: '' };
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(inMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.look()
        .catch((error: unknown) => this.#options.failed(error))
        .finally(() => this.#arm(LOOK_MS));
    }, inMs);
    this.#timer.unref();
  }

  /** Looks once: at the station as a whole, and at the recorders and recordings that come next. */
  async look(): Promise<void> {
    const { deps } = this.#options;
    await lookAtStation(deps);
    await lookAtMachine(deps);
    await lookAtHeartbeat(deps);
    await this.#walk('recorders', lookAtRecorders);
    await this.#walk('recordings', lookAtRecordings);
  }

  async #walk(what: 'recordings' | 'recorders', look: (deps: LookDeps, after: string) => Promise<string | null>): Promise<void> {
    for (let step = 0; step < STEPS && !this.#stopped; step += 1) {
      const last = await look(this.#options.deps, this.#after[what]);
      this.#after[what] = last ?? '';
      if (last === null) return;
    }
  }
}
