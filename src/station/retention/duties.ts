import { DutyKeeper } from '#desk/duties/keeper';
import type { LookDeps } from '#desk/duties/look';
import { type TellDeps, tellOwners } from '#desk/duties/tell';
import type { ScheduleShelf } from '#desk/retention/schedule-shelf';
import type { ScrubParts } from '#desk/scrub/orders';
import type { DutyLimits } from '#domain/duties/facts';
import { asEvidockError } from '#domain/errors';
import { stageFailed } from '#events';
import type { StationContext } from '../context.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Given extends Pick<LookDeps, 'ledger' | 'archive' | 'clockWatch'> {
  readonly machine: LookDeps['machine']['state'];
  readonly silentSinceMs: (() => number | null) | null;
  readonly shelf: ScheduleShelf;
  readonly desk: Omit<TellDeps, 'digestHour' | 'ledger' | 'clock'> & { readonly scrub: Pick<ScrubParts, 'on' | 'limits'> };
}

/** Compares the duties that there are with those in the ledger while the station runs. */
export function keepDuties(
  context: StationContext,
  { ledger, archive, clockWatch, shelf, machine: state, silentSinceMs, desk }: Given,
): void {
  const { clock, config, log, onStop } = context;
  const schedule = async () => {
    const version = await ledger.retention.inForce();
    return version && shelf.of(version);
  };
  const limits = limitsOf(context);
  const { wear: wearPercent, fullWithin } = config.machine;
  const machine = { state, limits: { wearPercent, fullWithinMs: fullWithin * DAY_MS, answerMs: limits.answerMs } };
  const silentMs = config.heartbeat.silent * HOUR_MS;
  const heartbeat = silentSinceMs && { silentSinceMs, limits: { silentMs, answerMs: limits.answerMs } };
  const scrubbed = desk.scrub.on ? desk.scrub.limits : null;
  const watched = { limits, machine, heartbeat, scrub: scrubbed };
  const deps: LookDeps = { ledger, archive, clock, clockWatch, schedule, stationId: config.station.id, ...watched };
  // Steady time: a clock that is set back sends no second digest on a day.
  const telling = { ...desk, ledger, clock: desk.callUps.time, digestHour: config.duties.digest };
  const tell = () => tellOwners(telling);
  const keeper = new DutyKeeper({ deps, tell, failed: (error) => stageFailed(log, 'duties', {}, asEvidockError(error)) });
  keeper.start();
  onStop(() => keeper.stop());
}

function limitsOf({ config: { duties, dock } }: StationContext): DutyLimits {
  return {
    lateMs: duties.late * HOUR_MS,
    untaggedMs: duties.untagged * DAY_MS,
    archiveMs: duties.archive * HOUR_MS,
    absentMs: duties.absent * DAY_MS,
    clockMs: dock.clockWarn * 1000,
    answerMs: duties.answer * DAY_MS,
  };
}
