import type { Battery, Docking, Problem, SlotPhase } from '#domain/docking';
import type { DockingStatus } from '#domain/docking-status';
import type { Reason } from '#domain/reason';

/** Files that this docking found known: `done` of `files` have the sealed digest, and `unread` could not be read to their end. */
export interface RecheckView {
  readonly files: number;
  readonly done: number;
  readonly unread: number;
}

/** What a person sees of one slot now. Rates and bytes live only here; whatever must last is in the ledger. */
export interface SlotView {
  readonly slot: number;
  readonly port: string;
  readonly dockingId: string | null;
  readonly recorderSerial: string | null;
  readonly driverId: string | null;
  readonly officerId: string | null;
  readonly phase: SlotPhase;
  /** Port path of the hub whose bandwidth the port shares. */
  readonly hub: string | null;
  /** What the files of this docking wait for. `disk`: the vault's disk is the bottleneck. `turn`: other dockings have their turn. */
  readonly waiting: 'disk' | 'turn' | null;
  /** Somebody has put it first: its files are copied before those of the others. */
  readonly first: boolean;
  /** A fault that stops nothing, but that somebody should know of: the clock is off. */
  readonly warning: Problem | null;
  readonly clockOffsetMs: number | null;
  /** null: the recorder did not tell. */
  readonly battery: Battery | null;
  /** Why the device was taken for what it is: what the port told, and what every driver said. */
  readonly explain: readonly Reason[];
  readonly filesListed: number;
  readonly filesSealed: number;
  readonly filesRefused: number;
  /** Bytes that this docking has to copy; known files are not counted. */
  readonly bytesListed: number;
  readonly bytesCopied: number;
  /** Mean over the last seconds. */
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  /** The re-check of known files while the recorder stays; null: it has none. */
  readonly recheck: RecheckView | null;
  readonly problem: Problem | null;
  readonly updatedAtMs: number;
}

/** What a slot shows before anything is known. Nothing of an earlier docking is in it. */
export const EMPTY_SLOT: Omit<SlotView, 'slot' | 'port' | 'updatedAtMs'> = {
  phase: 'empty',
  dockingId: null,
  recorderSerial: null,
  driverId: null,
  officerId: null,
  hub: null,
  waiting: null,
  first: false,
  warning: null,
  clockOffsetMs: null,
  battery: null,
  explain: [],
  filesListed: 0,
  filesSealed: 0,
  filesRefused: 0,
  bytesListed: 0,
  bytesCopied: 0,
  bytesPerSecond: 0,
  secondsLeft: null,
  recheck: null,
  problem: null,
};

/** What a docking may change in its view. Phase and problem are not here: they come from a `DockingStatus` alone. */
export type DockingPatch = Partial<
  Omit<SlotView, 'slot' | 'port' | 'dockingId' | 'recorderSerial' | 'driverId' | 'phase' | 'problem' | 'updatedAtMs'>
> & {
  readonly status?: DockingStatus;
};

/** The view of a port in which no recorder is docked. */
export type PortView = Pick<SlotView, 'port'> &
  Partial<Pick<SlotView, 'hub' | 'explain' | 'problem'>> & {
    readonly phase: Extract<SlotPhase, 'empty' | 'preparing' | 'unknown' | 'problem'>;
  };

/** The present views of all slots, and a stream of their changes, for the command line and the kiosk. */
export interface SlotBoard {
  /** Shows the docking in its slot from now on, whatever was shown there. */
  openDocking(docking: Pick<Docking, 'id' | 'slot' | 'port' | 'recorderSerial' | 'driverId'>, patch: DockingPatch): void;
  /** Changes what the slot of this docking shows. Does nothing where no slot shows the docking any more, because it was removed or another came after it. */
  updateDocking(dockingId: string, patch: DockingPatch): void;
  /** The view of this docking; undefined where no slot shows it. */
  docking(dockingId: string): SlotView | undefined;
  /** Adds to `bytesCopied` and computes rate and time left. */
  copied(dockingId: string, bytes: number): void;
  /** Adds bytes that are in the vault already and are not read. They count as copied, but not for the rate. */
  passed(dockingId: string, bytes: number): void;
  /** Shows a port without a docking. Everything that its slot showed before goes. */
  showPort(slot: number, view: PortView): void;
  /** Shows an earlier view once more, of a port or of a docking that was removed. Throws RangeError for a docking that is still there. */
  restore(slot: number, view: Omit<SlotView, 'slot' | 'updatedAtMs'>): void;
  /** Removes the view of a slot, because its port has another number. Listeners hear that the slot is empty. */
  clear(slot: number): void;
  snapshot(): readonly SlotView[];
  /** Calls `listener` with each changed view, at most 4 times a second per slot. Returns the function that stops it. */
  subscribe(listener: (view: SlotView) => void): () => void;
}
