import { PassThrough } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import { slotViews } from '#desk/dockings';
import type { SlotView } from '#ports/slot-board';
import type { StreamPlaces } from './limits.ts';
import type { Presenter } from './present.ts';
import { RawAnswer } from './route.ts';

const HEARTBEAT_MS = 15_000;
/** Within five seconds after a right has ended, the stream ends. */
const CHECK_MS = 4000;
/** A listener with so many unread bytes is cut off. It may connect again and then gets a new snapshot. */
const UNREAD_BYTES_MAX = 1024 * 1024;

export function presentSlot(view: SlotView, presenter: Presenter) {
  const { updatedAtMs, ...rest } = view;
  return { ...rest, updatedAt: updatedAtMs === 0 ? null : presenter.time(updatedAtMs) };
}

/** What somebody sees of the slots. */
export interface SlotsSeen {
  readonly shows: (slot: number) => boolean;
  readonly present: (view: SlotView) => unknown;
  /** Whether devices are told that are plugged in while slots are being numbered. */
  readonly ports: boolean;
  /** Whether they still may; asked every few seconds. */
  readonly holds: () => Promise<boolean>;
}

export function everySlot(presenter: Presenter): SlotsSeen {
  return { shows: () => true, present: (view) => presentSlot(view, presenter), ports: true, holds: async () => true };
}

/**
 * The stream of slot events. `slots`: all slots, sent once. `slot`: one that has changed. `port`: a device that was plugged in while slots are being numbered.
 * Ends with the connection, and where whoever listens may not see it any more.
 */
export async function slotEvents(deps: DeskDeps, streams: StreamPlaces, signal: AbortSignal, seen: SlotsSeen): Promise<RawAnswer> {
  const body = new PassThrough();
  body.once('close', streams.take());
  const send = (event: string, data: unknown) => {
    if (body.readableLength + body.writableLength > UNREAD_BYTES_MAX) return body.destroy();
    return body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    const views = (await slotViews(deps)).filter(({ slot }) => seen.shows(slot));
    send('slots', views.map(seen.present));
    const stopSlots = deps.board.subscribe((view) => {
      if (seen.shows(view.slot)) send('slot', seen.present(view));
    });
    body.once('close', stopSlots);
    if (seen.ports)
      body.once(
        'close',
        deps.learning.onSeen((port) => send('port', port)),
      );
  } catch (error) {
    body.destroy();
    throw error;
  }
  const heartbeat = setInterval(() => body.write(': still here\n\n'), HEARTBEAT_MS);
  heartbeat.unref();
  // A ledger that does not answer tells of no right.
  const check = setInterval(
    () =>
      void seen.holds().then(
        (holds) => holds || body.destroy(),
        () => body.destroy(),
      ),
    CHECK_MS,
  );
  check.unref();
  body.once('close', () => {
    clearInterval(heartbeat);
    clearInterval(check);
  });
  if (signal.aborted) body.destroy();
  signal.addEventListener('abort', () => body.destroy(), { once: true });
  return new RawAnswer(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, body);
}
