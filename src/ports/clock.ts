/** The wall clock, given from outside so that a test can make it jump. It never measures durations: performance.now() does. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  nowMs(): number;
}
