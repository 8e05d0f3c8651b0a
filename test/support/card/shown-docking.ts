import type { SlotPhase } from '#domain/docking';
import { AllSafe, DockingStatus } from '#domain/docking-status';
import type { DockingPatch, SlotBoard } from '#ports/slot-board';

/** The figures of a card without files. */
const EMPTY_CARD = { listedAtMs: 1, unchangedAtMs: 2, filesListed: 0, filesKnown: 0, filesToRecheck: 0, filesRechecked: 0 };

export function allSafe(): AllSafe {
  const proof = AllSafe.prove(EMPTY_CARD, { listed: 0, copied: 0, sealed: 0 }, true);
  if (!proof) throw new Error('an empty card is not safe');
  return proof;
}

type Docked = Extract<SlotPhase, 'arrived' | 'listing' | 'copying' | 'rechecking' | 'safe' | 'setting-clock' | 'wiping' | 'removed'>;

/** The status of a docking that has come to this phase by the shortest way. */
export function statusIn(phase: Docked): DockingStatus {
  const listing = DockingStatus.arrived.after('list');
  const safe = listing.safe(allSafe());
  const ways: Readonly<Record<Docked, () => DockingStatus>> = {
    arrived: () => DockingStatus.arrived,
    listing: () => listing,
    copying: () => listing.after('copy'),
    rechecking: () => listing.after('compare'),
    safe: () => safe,
    'setting-clock': () => safe.after('set-clock'),
    wiping: () => safe.after('wipe'),
    removed: () => safe.removed(null),
  };
  return ways[phase]();
}

/** Shows a docking in a slot, as one that has come to this phase. */
export function showDocking(
  board: SlotBoard,
  slot: number,
  facts: DockingPatch & {
    readonly phase: Docked;
    readonly port?: string;
    readonly dockingId?: string;
    readonly recorderSerial?: string;
    readonly driverId?: string;
  },
): string {
  const { phase, port = '', dockingId = `dck-${slot}`, recorderSerial = 'R1', driverId = 'generic', ...patch } = facts;
  board.openDocking({ id: dockingId, slot, port, recorderSerial, driverId }, { ...patch, status: statusIn(phase) });
  return dockingId;
}
