/** Wall clock, injected so that a clock that jumps can be tested. Never used to measure durations: that is performance.now(). */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  nowMs(): number;
}
