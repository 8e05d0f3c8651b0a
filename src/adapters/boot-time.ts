import { uptime } from 'node:os';

/**
 * Milliseconds since the machine started, the time that it slept included (CLOCK_BOOTTIME). It counts in steps of 10 ms, or of a
 * second where /proc/uptime is hidden, as it is from an installed station. Nobody can set it. `performance.now()` stands still while the machine sleeps, so a clock that is right afterwards would look as if it had jumped.
 */
export function bootTimeMs(): number {
  return uptime() * 1000;
}
