import type { HoldDeps } from '#desk/holds/deps';
import { HoldKeeper } from '#desk/holds/keeper';
import { holdsNotKept } from '#events';
import type { StationContext } from '../context.ts';
import { holdStorage } from './hold-storage.ts';
import type { LockLine } from './lock-line.ts';

interface Given {
  readonly ledger: HoldDeps['ledger'];
  readonly archive: HoldDeps['archive'];
  /** null: no archive is configured. */
  readonly lockLine: LockLine | null;
  /** The daemon: it spreads, checks and mirrors holds. A command leaves that to it. */
  readonly keeps: boolean;
}

/** Opens what keeps legal holds. */
export function openHolds({ clock, config, log, faults, onStop }: StationContext, { ledger, archive, lockLine, keeps }: Given) {
  if (!keeps) return { wake: () => undefined };
  const storage = archive && lockLine ? holdStorage({ ledger, lockLine, place: archive.name }) : null;
  const facts = { stationId: config.station.id };
  const keeper = new HoldKeeper({
    deps: { ledger, clock, archive, facts },
    mirror: { ledger, clock, storage, faults, stationId: config.station.id },
    failed: (error) => holdsNotKept(log, error),
  });
  keeper.start();
  onStop(() => keeper.stop());
  return { wake: () => keeper.wake() };
}
