/** A moment by the wall clock, which people may set, and by the one that nobody can. */
export interface Moment {
  readonly wallMs: number;
  readonly bootMs: number;
}

/** Time of the simulated station. What asks for it takes a moment, so that no two things happen at once. */
export class LifeClock {
  #at: Moment;
  #ticks = 0;

  constructor(at: Moment) {
    this.#at = at;
  }

  set(at: Moment): void {
    // Within one day the moments that have passed already stay passed.
    if (at.bootMs !== this.#at.bootMs) this.#ticks = 0;
    this.#at = at;
  }

  nowMs = (): number => {
    this.#ticks += 1;
    return this.#at.wallMs + this.#ticks;
  };

  bootMs = (): number => this.#at.bootMs + this.#ticks;
}
