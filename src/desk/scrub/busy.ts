import type { SlotPhase } from '#domain/docking';
import type { SlotBoard } from '#ports/slot-board';

const READING: ReadonlySet<SlotPhase> = new Set(['listing', 'copying', 'rechecking']);

/** Whether recorders are read or footage is played now: then reading again has a tenth of its bandwidth. */
export function isBusy({
  board,
  looks,
}: {
  readonly board: Pick<SlotBoard, 'snapshot'>;
  readonly looks: { readonly isPlaying: boolean };
}): boolean {
  return looks.isPlaying || board.snapshot().some(({ phase }) => READING.has(phase));
}
