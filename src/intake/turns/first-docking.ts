import type { SlotBoard } from '#ports/slot-board';
import type { FairTurns } from './fair-turns.ts';

/** The docking that somebody has put first: it is one at a time, the last that was named, until its files are copied. */
export class FirstDocking {
  readonly #turns: FairTurns;
  readonly #board: Pick<SlotBoard, 'updateDocking'>;

  constructor(turns: FairTurns, board: Pick<SlotBoard, 'updateDocking'>) {
    this.#turns = turns;
    this.#board = board;
  }

  put(dockingId: string): void {
    const { first } = this.#turns;
    if (first !== null && first !== dockingId) this.end(first);
    this.#turns.putFirst(dockingId);
    this.#board.updateDocking(dockingId, { first: true });
  }

  /** Nothing of this docking waits any more. Does nothing for one that is not first. */
  end(dockingId: string): void {
    if (this.#turns.first !== dockingId) return;
    this.#turns.putFirst(null);
    this.#board.updateDocking(dockingId, { first: false });
  }
}
