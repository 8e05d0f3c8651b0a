import type { FaultPoint, FaultPoints } from '#ports/fault-points';

/** For the station as people run it: no fault point does anything. */
const NO_FAULTS: FaultPoints = { reached: () => undefined };

/**
 * For the fault tests: `EVIDOCK_FAULT_POINT=w05-copied-recorded` (or `…:3` for the third time) makes the process kill itself
 * with SIGKILL at that write, exactly as a power cut would stop it: no handler runs, nothing is flushed.
 */
export function faultPointsFrom(spec: string | undefined): FaultPoints {
  if (!spec) return NO_FAULTS;
  const [name, count = '1'] = spec.split(':');
  let left = Number(count);
  return {
    reached(point: FaultPoint): void {
      if (point !== name) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
  };
}
