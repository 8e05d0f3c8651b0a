import { HeartbeatWebhook } from '#adapters/notices/heartbeat';
import { Beater } from '#desk/heartbeat/beater';
import type { MachineState } from '#domain/machine/machine';
import { heartbeatFailed } from '#events';
import type { Ledger } from '#ports/ledger';
import { VERSION } from '../version.ts';
import type { StationContext } from './context.ts';
import { LogFold } from './log-fold.ts';

const MINUTE_MS = 60_000;

/** Tells outside that the station lives. Returns since when nobody has taken that; null: no heartbeat is configured. */
export function startHeartbeat(
  { config, clock, log, places, onStop }: StationContext,
  { ledger, machine }: { readonly ledger: Ledger; readonly machine: () => MachineState | null },
): (() => number | null) | null {
  const { url, secretFile, every } = config.heartbeat;
  if (url === '') return null;
  const fold = new LogFold({ everyMs: 60 * MINUTE_MS });
  const beater = new Beater({
    ...{ ledger, clock, machine, stationId: config.station.id, version: VERSION, everyMs: every * MINUTE_MS },
    sender: new HeartbeatWebhook({ url, secretFile, clock, file: places.heartbeat }),
    failed: (error) => fold.tell('heartbeat', (repeated) => heartbeatFailed(log, error, repeated)),
  });
  beater.start();
  onStop(async () => {
    await beater.stop();
    fold.stop();
  });
  return beater.silentSinceMs;
}
