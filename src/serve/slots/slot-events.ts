import { PassThrough } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import { slotViews } from '#desk/dockings';
import type { LedgerReader } from '#ports/ledger';
import type { SlotView } from '#ports/slot-board';
import type { StreamPlaces } from '#serve/limits';
import { watchListener } from '#serve/live/listener';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { RawAnswer } from '#serve/route';
import { SlotSight } from './slot-sight.ts';

/** A listener with so many unread bytes is cut off. It may connect again and then gets a new snapshot. */
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

interface Listener {
  /** Left out: every slot, as far as the principal sees it. */
  readonly seen?: SlotsSeen;
  readonly ledger: LedgerReader;
  readonly principal: Principal;
  /** Asks again whether the listener is still let in, and sees what they saw. */
  readonly stillHolds: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * The stream of slot events. `slots`: all slots, sent once. `slot`: one that has changed. `port`: a device that was plugged in while slots are being numbered, told
 * to those who number them. Ends with the connection, and within 5 s when the listener is let in no more.
 */
export async function slotEvents(deps: DeskDeps, streams: StreamPlaces, listener: Listener): Promise<RawAnswer> {
  const { ledger, principal, signal } = listener;
  const presenter = new Presenter(deps.facts.timezone);
  const sight = new SlotSight(ledger, principal);
  const body = new PassThrough();
  body.once('close', streams.take());
  const send = (event: string, data: unknown) => {
    if (body.destroyed) return;
    if (body.readableLength + body.writableLength > UNREAD_BYTES_MAX) body.destroy();
    else body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const { shows, present } = listener.seen ?? { shows: () => true, present: (view) => presentSlot(view, presenter) };
  const show = async (view: SlotView) => present(await sight.of(view));
  // One after the other, so that a later state of a slot never comes before an earlier one. A change of a slot that waits gives way to the next one of that slot.
  const changed = new Map<number, SlotView>();
  const snapshot = slotViews({ board: deps.board, ledger }).then((views) => Promise.all(views.filter(({ slot }) => shows(slot)).map(show)));
  // The clock of a page stands at once, and not only after the first beat.
  let telling = snapshot.then((slots) => {
    send('slots', slots);
    send('beat', { at: presenter.time(deps.clock.nowMs()) });
  });
  const tellChanged = async () => {
    for (const [slot, view] of changed) {
      changed.delete(slot);
      send('slot', await show(view));
    }
  };
  const tell = (work: () => Promise<void>) => {
    telling = telling.then(work).catch(() => void body.destroy());
  };
  // What changes while the snapshot is made comes after it: nothing has been awaited since the board was read for that.
  const stopSlots = deps.board.subscribe((view) => {
    if (!shows(view.slot)) return;
    changed.delete(view.slot);
    changed.set(view.slot, view);
    tell(tellChanged);
  });
  body.once('close', stopSlots);
  if (principal.tasks.has('administer'))
    body.once(
      'close',
      deps.learning.onSeen((seen) => tell(async () => send('port', seen))),
    );
  watchListener(body, { stillHolds: listener.stillHolds, time: () => presenter.time(deps.clock.nowMs()) });
  if (signal.aborted) body.destroy();
  signal.addEventListener('abort', () => body.destroy(), { once: true });
  try {
    await snapshot;
  } catch (error) {
    body.destroy();
    throw error;
  }
  return new RawAnswer(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }, body);
}
