import type { Docking, Problem, SlotPhase } from '#domain/docking';
import type { DockingStatus } from '#domain/docking-status';
import type { Reason } from '#domain/reason';

/** Files that this docking found known: `done` of `files` have the sealed digest, and `unread` could not be read to their end. */
export interface RecheckView {
  readonly files: number;
  readonly done: number;
  readonly unread: number;
}

/** What a person sees of one slot now. Rates and bytes are live; everything that must last is in the ledger. */
export interface SlotView {
  readonly slot: number;
  readonly port: string;
  readonly dockingId: string | null;
  readonly recorderSerial: string | null;
  readonly driverId: string | null;
  readonly officerId: string | null;
  readonly phase: SlotPhase;
  /** Port path of the hub whose bandwidth it shares. */
  readonly hub: string | null;
  /** What its files wait for: the disk is the limit, or others have their turn. */
  readonly waiting: 'disk' | 'turn' | null;
  /** Nothing that stops it, but somebody should know: the clock is off. */
  readonly warning: Problem | null;
  readonly clockOffsetMs: number | null;
  /** Why it was taken for what it is: what the port told, and what every driver said. */
  readonly explain: readonly Reason[];
  readonly filesListed: number;
  readonly filesSealed: number;
  readonly filesRefused: number;
  /** What this docking has to copy: known files are not counted. */
  readonly bytesListed: number;
  readonly bytesCopied: number;
  /** Mean of the last seconds. */
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  /** Known files that are compared whole while it stays; null: it has none. */
  readonly recheck: RecheckView | null;
  readonly problem: Problem | null;
  readonly updatedAtMs: number;
}

/** What a slot shows before anything is known: nothing of an earlier docking is left in it. */
export const EMPTY_SLOT: Omit<SlotView, 'slot' | 'port' | 'updatedAtMs'> = {
  phase: 'empty',
  dockingId: null,
  recorderSerial: null,
  driverId: null,
  officerId: null,
  hub: null,
  waiting: null,
  warning: null,
  clockOffsetMs: null,
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

/** Of a docking; how it stands is a `DockingStatus` and nothing else. */
export type DockingPatch = Partial<
  Omit<SlotView, 'slot' | 'port' | 'dockingId' | 'recorderSerial' | 'driverId' | 'phase' | 'problem' | 'updatedAtMs'>
> & {
  readonly status?: DockingStatus;
};

/** Of a port in which no recorder is docked. */
export type PortView = Pick<SlotView, 'port'> &
  Partial<Pick<SlotView, 'hub' | 'explain' | 'problem'>> & {
    readonly phase: Extract<SlotPhase, 'empty' | 'preparing' | 'unknown' | 'problem'>;
  };

/** Snapshot and stream of the slots, for the CLI and the kiosk. */
export interface SlotBoard {
  /** The docking has its slot from now on, whatever was shown there. */
  openDocking(docking: Pick<Docking, 'id' | 'slot' | 'port' | 'recorderSerial' | 'driverId'>, patch: DockingPatch): void;
  /** Changes what its slot shows of this docking. Where no slot shows it any more (it was removed, or another came after it) nothing happens. */
  updateDocking(dockingId: string, patch: DockingPatch): void;
  /** What its slot shows of this docking; undefined where no slot does. */
  docking(dockingId: string): SlotView | undefined;
  /** Adds to bytesCopied and works out rate and time left. */
  copied(dockingId: string, bytes: number): void;
  /** Bytes that are in the vault already and are not read: they count as copied, and have no rate. */
  passed(dockingId: string, bytes: number): void;
  /** Nothing is docked there: everything that was shown there goes. */
  showPort(slot: number, view: PortView): void;
  /** Shows once more what was shown somewhere before, of a port or of a docking that was removed. Throws RangeError for one that is still docked. */
  restore(slot: number, view: Omit<SlotView, 'slot' | 'updatedAtMs'>): void;
  /** The slot has no view any more (its port has another number): listeners hear that it is empty. */
  clear(slot: number): void;
  snapshot(): readonly SlotView[];
  /** Called with each changed view, at most 4 times a second per slot; returns the way to stop. */
  subscribe(listener: (view: SlotView) => void): () => void;
}
