import type { Looks } from '#desk/look-log';
import { isBusy } from '#desk/scrub/busy';
import type { ScrubParts } from '#desk/scrub/orders';
import { Scrubber } from '#desk/scrub/scrubber';
import { asEvidockError } from '#domain/errors';
import { scrubNoticed, stageFailed } from '#events';
import type { Archive } from '#ports/archive';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';
import type { SlotBoard } from '#ports/slot-board';
import type { Vault } from '#ports/vault';
import type { StationContext } from '../context.ts';

const DAY_MS = 86_400_000;
const BYTES_PER_KIB = 1024;

interface Given {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly archive: Archive | null;
  readonly board: SlotBoard;
  readonly looks: Pick<Looks, 'isPlaying'>;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  readonly pokeWork: () => void;
}

/** Opens the reading again of everything that is kept. `keeps`: the daemon, which does it; a command only shows it and puts orders on record. */
export function openScrub({ config, clock, log, faults, onStop }: StationContext, given: Given & { readonly keeps: boolean }): ScrubParts {
  const { on, vaultDays, archiveDays, bandwidth, faultsMax } = config.scrub;
  const limits = { vaultMs: vaultDays * DAY_MS, archiveMs: archiveDays * DAY_MS, bytesPerSecond: bandwidth * BYTES_PER_KIB, faultsMax };
  if (!on || !given.keeps) return { on, limits, wake: () => undefined };
  const notice = (noticed: Parameters<typeof scrubNoticed>[1]) => scrubNoticed(log, noticed);
  const scrubber = new Scrubber({
    deps: { ...given, clock, log, faults, limits, isBusy: () => isBusy(given), notice, stationId: config.station.id },
    failed: (error) => stageFailed(log, 'scrub', {}, asEvidockError(error)),
  });
  scrubber.start();
  onStop(() => scrubber.stop());
  return { on, limits, wake: () => scrubber.wake() };
}
