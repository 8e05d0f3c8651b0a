import type { DeskDeps } from '#desk/deps';
import { slotViews } from '#desk/dockings';
import type { LedgerReader } from '#ports/ledger';
import type { SlotView } from '#ports/slot-board';
import type { StreamPlaces } from '#serve/limits';
import { EventStream, type Heard } from '#serve/live/event-stream';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import type { RawAnswer } from '#serve/route';
import { SlotSight } from './slot-sight.ts';

const UNREAD_BYTES_MAX = 1024 * 1024;

export function presentSlot(view: SlotView, presenter: Presenter) {
  const { updatedAtMs, ...rest } = view;
  return { ...rest, updatedAt: updatedAtMs === 0 ? null : presenter.time(updatedAtMs) };
}

/** What a listener sees in place of whole slots. */
export interface SlotsSeen {
  readonly shows: (slot: number) => boolean;
  readonly present: (view: SlotView) => unknown;
}

interface Listener extends Omit<Heard, 'time'> {
  /** Left out: every slot, as far as the principal sees it. */
  readonly seen?: SlotsSeen;
  readonly ledger: LedgerReader;
  readonly principal: Principal;
}

/**
 * The stream of slot events. `slots`: all slots, sent once. `slot`: one that has changed. `port`: a device that was plugged in while slots are being numbered, told
 * to those who number them.
 */
export async function slotEvents(deps: DeskDeps, streams: StreamPlaces, listener: Listener): Promise<RawAnswer> {
  const { ledger, principal, stillHolds, signal } = listener;
  const presenter = new Presenter(deps.facts.timezone);
  const sight = new SlotSight(ledger, principal);
  const time = () => presenter.time(deps.clock.nowMs());
  const stream = new EventStream({ streams, unreadBytesMax: UNREAD_BYTES_MAX, stillHolds, signal, time });
  const { shows, present } = listener.seen ?? { shows: () => true, present: (view) => presentSlot(view, presenter) };
  const show = async (view: SlotView) => present(await sight.of(view));
  // One after the other, so that a later state of a slot never comes before an earlier one. A change of a slot that waits gives way to the next one of that slot.
  const changed = new Map<number, SlotView>();
  const snapshot = slotViews({ board: deps.board, ledger }).then((views) => Promise.all(views.filter(({ slot }) => shows(slot)).map(show)));
  let telling = snapshot.then((slots) => stream.send('slots', slots));
  const tellChanged = async () => {
    for (const [slot, view] of changed) {
      changed.delete(slot);
      stream.send('slot', await show(view));
    }
  };
  const tell = (work: () => Promise<void>) => {
    telling = telling.then(work).catch(() => stream.end());
  };
  // What changes while the snapshot is made comes after it: nothing has been awaited since the board was read for that.
  const stopSlots = deps.board.subscribe((view) => {
    if (!shows(view.slot)) return;
    changed.delete(view.slot);
    changed.set(view.slot, view);
    tell(tellChanged);
  });
  stream.onClose(stopSlots);
  if (principal.tasks.has('administer')) stream.onClose(deps.learning.onSeen((seen) => tell(async () => stream.send('port', seen))));
  try {
    await snapshot;
  } catch (error) {
    stream.end();
    throw error;
  }
  return stream.answer();
}
