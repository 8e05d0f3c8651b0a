import type { Clock } from '#ports/clock';

interface Options {
  readonly clock: Clock;
  /** A clock in ms that never jumps. */
  readonly monotonicMs: () => number;
  /** The latest time on record when the station started, ms since 1970; null: there is none. */
  readonly floorMs: number | null;
}

/**
 * The time by which grants end. It never goes back and never stands still: it is the clock of the station, but at least the latest time that was known, plus
 * what has passed since by a clock that never jumps. So a clock that is set back prolongs no grant until a person confirms that it is right.
 */
export class SteadyTime implements Clock {
  readonly #options: Options;
  /** With fractions, so that many readings lose none of them. */
  #knownMs: number;
  #knownAtMs: number;

  constructor(options: Options) {
    this.#options = options;
    this.#knownMs = options.floorMs ?? 0;
    this.#knownAtMs = options.monotonicMs();
  }

  /** A person confirmed the clock of the station: from now on it is followed again, also if it is behind what was known. */
  restart(): void {
    this.#knownMs = this.#options.clock.nowMs();
    this.#knownAtMs = this.#options.monotonicMs();
  }

  nowMs(): number {
    const { clock, monotonicMs } = this.#options;
    const atMs = monotonicMs();
    const passed = this.#knownMs + Math.max(0, atMs - this.#knownAtMs);
    this.#knownMs = Math.max(clock.nowMs(), passed);
    this.#knownAtMs = atMs;
    return Math.round(this.#knownMs);
  }
}
