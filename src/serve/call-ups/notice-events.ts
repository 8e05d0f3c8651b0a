import { PassThrough } from 'node:stream';
import type { Notice } from '#domain/call-up/notice';
import type { CallUpsReader } from '#ports/ledger/call-ups';
import type { StreamPlaces } from '#serve/limits';
import { watchListener } from '#serve/live/listener';
import { RawAnswer } from '#serve/route';

/** So often it is looked for new notices. They are looked up by person, and a stream that listens misses none, whoever wrote them. */
const LOOKED_AGAIN_MS = 1000;
/** Notices that are sent at once; more come a moment later. */
const BATCH_MAX = 100;
const UNREAD_BYTES_MAX = 256 * 1024;

interface Listener {
  /** Id of the account; null at the machine itself: everybody's. */
  readonly user: string | null;
  readonly ledger: { readonly callUps: Pick<CallUpsReader, 'notices'> };
  readonly present: (notice: Notice) => Promise<unknown>;
  /** Asks again whether the listener is still let in. */
  readonly stillHolds: () => Promise<boolean>;
  /** The time of the station as text. */
  readonly time: () => string;
  readonly signal: AbortSignal;
}

/** The stream of what one person is told of requests: event `notice` for each notice that is written from now on. Ends with the connection, and within 5 s when the listener is let in no more. */
export async function noticeEvents(streams: StreamPlaces, listener: Listener): Promise<RawAnswer> {
  const { user, ledger, present, signal } = listener;
  const body = new PassThrough();
  body.once('close', streams.take());
  const newest = () => ledger.callUps.notices({ user, limit: BATCH_MAX });
  // Those of one moment have ids in no order.
  let known: ReadonlySet<string>;
  try {
    known = new Set((await newest()).map(({ id }) => id));
  } catch (error) {
    body.destroy();
    throw error;
  }
  const send = async () => {
    const page = await newest();
    for (const notice of page.filter(({ id }) => !known.has(id)).reverse()) {
      const data = JSON.stringify(await present(notice));
      if (body.destroyed) return;
      if (body.readableLength + body.writableLength > UNREAD_BYTES_MAX) return void body.destroy();
      body.write(`event: notice\nid: ${notice.id}\ndata: ${data}\n\n`);
    }
    known = new Set(page.map(({ id }) => id));
  };
  let sending = false;
  const timer = setInterval(() => {
    if (sending) return;
    sending = true;
    // Whoever listens connects again, and reads the list of notices.
    void send()
      .catch(() => void body.destroy())
      .finally(() => {
        sending = false;
      });
  }, LOOKED_AGAIN_MS);
  timer.unref();
  body.once('close', () => clearInterval(timer));
  watchListener(body, listener);
  if (signal.aborted) body.destroy();
  signal.addEventListener('abort', () => body.destroy(), { once: true });
  // The headers go out now: whoever listens knows that nothing is missed from here on.
  body.write(': listening\n\n');
  return new RawAnswer(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }, body);
}
