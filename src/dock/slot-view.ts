import type { SlotBoard, SlotView } from '#ports/slot-board';

type Figures = Omit<SlotView, 'slot' | 'port' | 'phase' | 'updatedAtMs'>;

/** What a slot shows before anything is known: nothing of an earlier docking is left in it. */
export const CLEAN: Figures = {
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
  problem: null,
};

export function viewOf(board: SlotBoard, slot: number): SlotView | undefined {
  return board.snapshot().find((view) => view.slot === slot);
}

/** A docking that has not left: nobody else may change what its slot shows. */
export function isOccupied(view: SlotView | undefined): view is SlotView & { readonly dockingId: string } {
  return view !== undefined && view.dockingId !== null && view.phase !== 'removed' && view.phase !== 'empty';
}
