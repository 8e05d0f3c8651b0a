import { bootTimeMs } from '#adapters/boot-time';
import { StationClock } from '#desk/clock/station-clock';
import { clockNotKept } from '#events';
import type { Ledger } from '#ports/ledger';
import type { StationContext } from './context.ts';
import { LogFold } from './log-fold.ts';

const DAY_MS = 86_400_000;

/** Judges the clock with which the station starts; `watches`: and goes on watching it. */
export async function openClock(
  { clock, config, log, onStop }: StationContext,
  { ledger, watches }: { readonly ledger: Ledger; readonly watches: boolean },
): Promise<StationClock> {
  const fold = new LogFold();
  const watch = new StationClock({
    ...{ ledger, clock, bootMs: bootTimeMs, stationId: config.station.id, log },
    ...{ limitMs: config.clock.limit * 1000, awayMs: config.clock.away * DAY_MS },
    failed: (error) => fold.tell('clock', (repeated) => clockNotKept(log, error, repeated)),
  });
  await watch.open();
  if (!watches) return watch;
  watch.watch();
  onStop(async () => {
    await watch.stop();
    fold.stop();
  });
  return watch;
}
