import { readMachine } from '#adapters/machine/machine';
import type { Config } from '#config/schema';
import { BYTES_PER_MIB } from '#config/schema';
import type { MachineState } from '#domain/machine/machine';
import type { placesOf } from '../state-paths.ts';
import type { StationContext } from './context.ts';

/** How often arrays, space and the report of the disks are read. */
const LOOK_MS = 60_000;
/** How often the station asks the disks itself, where nobody does it for it: asking disturbs a disk that copies. */
const ASK_MS = 3_600_000;

/** Where the machine is read. */
export function machineOptions({ machine, intake }: Config, places: ReturnType<typeof placesOf>) {
  return {
    ...{ report: machine.report, smartctl: machine.smartctl, directory: places.vault, samples: places.space },
    ...{ reserveBytes: intake.reserve * BYTES_PER_MIB, sys: '/sys', dev: '/dev' },
  };
}

/** Reads the machine again and again. Returns what was read last; null: nothing yet, or it is not to be read. */
export function watchMachine({ config, places, clock, onStop }: StationContext): () => MachineState | null {
  if (!config.machine.on) return () => null;
  const options = machineOptions(config, places);
  const stopping = new AbortController();
  let state: MachineState | null = null;
  let askedMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const asks = options.report !== '' || performance.now() - askedMs >= ASK_MS;
    if (asks) askedMs = performance.now();
    const known = !asks && state ? { disks: state.disks } : {};
    const read = await readMachine(options, { nowMs: clock.nowMs(), keeps: true, signal: stopping.signal, ...known });
    if (stopping.signal.aborted) return;
    state = read;
    timer = setTimeout(() => (looking = look()), LOOK_MS);
    timer.unref();
  };
  // Whatever goes wrong is part of what it tells.
  let looking = look();
  onStop(async () => {
    stopping.abort();
    clearTimeout(timer);
    await looking;
  });
  return () => state;
}
