import { pino } from 'pino';
import { StationClock } from '#desk/clock/station-clock';
import type { Actor } from '#domain/custody/actor';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { STATION_ID } from '#test/support/builders';

/**
 * The watch of a test's clock. The clock that nobody can set goes with it, so that a test may pass hours in a moment; a test that sets the clock gives its own
 * `bootMs`.
 */
export function clockWatchOf(ledger: Ledger, clock: Clock, bootMs: () => number = () => clock.nowMs()): StationClock {
  const failed = (error: unknown) => {
    throw error;
  };
  const limits = { limitMs: 300_000, awayMs: 7 * 86_400_000 };
  return new StationClock({ ...{ ledger, clock, bootMs, stationId: STATION_ID, log: pino({ level: 'silent' }), failed }, ...limits });
}

/** Whoever confirms a clock in tests. */
export const ROOT_ACTOR: Actor = { kind: 'cli', id: 'root', via: 'socket', session: null };
