import { PassThrough } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import { slotViews } from '#desk/dockings';
import type { SlotView } from '#ports/slot-board';
import type { StreamPlaces } from './limits.ts';
import { Presenter } from './present.ts';
import { RawAnswer } from './route.ts';

const HEARTBEAT_MS = 15_000;
/** A listener with so many unread bytes is cut off. It may connect again and then gets a new snapshot. */
const UNREAD_BYTES_MAX = 1024 * 1024;

export function presentSlot(view: SlotView, presenter: Presenter) {
  const { updatedAtMs, ...rest } = view;
  return { ...rest, updatedAt: updatedAtMs === 0 ? null : presenter.time(updatedAtMs) };
}

/**
 * The stream of slot events. `slots`: all slots, sent once. `slot`: one that has changed. `port`: a device that was plugged in while slots are being numbered.
 * Ends with the connection.
 */
export async function slotEvents(deps: DeskDeps, streams: StreamPlaces, signal: AbortSignal): Promise<RawAnswer> {
  const presenter = new Presenter(deps.facts.timezone);
  const body = new PassThrough();
  body.once('close', streams.take());
  const send = (event: string, data: unknown) => {
    if (body.readableLength + body.writableLength > UNREAD_BYTES_MAX) return body.destroy();
    return body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    send(
      'slots',
      (await slotViews(deps)).map((view) => presentSlot(view, presenter)),
    );
    const stopSlots = deps.board.subscribe((view) => send('slot', presentSlot(view, presenter)));
    body.once('close', stopSlots);
    body.once(
      'close',
      deps.learning.onSeen((seen) => send('port', seen)),
    );
  } catch (error) {
    body.destroy();
    throw error;
  }
  const heartbeat = setInterval(() => body.write(': still here\n\n'), HEARTBEAT_MS);
  heartbeat.unref();
  body.once('close', () => clearInterval(heartbeat));
  if (signal.aborted) body.destroy();
  signal.addEventListener('abort', () => body.destroy(), { once: true });
  return new RawAnswer(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, body);
}
