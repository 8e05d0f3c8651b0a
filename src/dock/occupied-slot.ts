import type { SlotBoard, SlotView } from '#ports/slot-board';

export function viewOf(board: SlotBoard, slot: number): SlotView | undefined {
  return board.snapshot().find((view) => view.slot === slot);
}

/** Whether a docking that has not left has this slot. Then only that docking changes what the slot shows. */
export function isOccupied(view: SlotView | undefined): view is SlotView & { readonly dockingId: string } {
  return view !== undefined && view.dockingId !== null && view.phase !== 'removed' && view.phase !== 'empty';
}
