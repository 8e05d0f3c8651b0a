import type { Config } from '#config/schema';
import type { Log } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { placesOf } from '../state-paths.ts';

/** What every part of the composition root is built from. */
export interface StationContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly places: ReturnType<typeof placesOf>;
  /** Registers what closes a part. When the station stops, the parts are closed in reverse order. */
  readonly onStop: (close: () => Promise<void>) => void;
  /** Registers what reads a file again when the station is told to reload (SIGHUP). It never rejects: what is wrong with the file it tells itself. */
  readonly onReload: (look: () => Promise<void>) => void;
}

/** How long a part waits before it tries again something that failed and that somebody may mend, ms. */
export const RETRY_MS = 5000;

export function suggestRules({ station, suggest }: Config) {
  return { stationId: station.id, marginMs: suggest.margin * 1000, accept: suggest.accept };
}
