import type { Notice } from '#domain/call-up/notice';
import type { CallUpsReader } from '#ports/ledger/call-ups';
import type { StreamPlaces } from '#serve/limits';
import { EventStream, type Heard } from '#serve/live/event-stream';
import type { RawAnswer } from '#serve/route';

/** So often it is looked for new notices. They are looked up by person, and a stream that listens misses none, whoever wrote them. */
const LOOKED_AGAIN_MS = 1000;
/** Notices that are sent at once; more come a moment later. */
const BATCH_MAX = 100;
const UNREAD_BYTES_MAX = 256 * 1024;

interface Listener extends Heard {
  /** Id of the account; null at the machine itself: everybody's. */
  readonly user: string | null;
  readonly ledger: { readonly callUps: Pick<CallUpsReader, 'notices'> };
  readonly present: (notice: Notice) => Promise<unknown>;
}

/** The stream of what one person is told of requests: event `notice` for each notice that is written from now on. */
export async function noticeEvents(streams: StreamPlaces, listener: Listener): Promise<RawAnswer> {
  const { user, ledger, present } = listener;
  const stream = new EventStream({ ...listener, streams, unreadBytesMax: UNREAD_BYTES_MAX });
  const newest = () => ledger.callUps.notices({ user, limit: BATCH_MAX });
  // Those of one moment have ids in no order.
  let known: ReadonlySet<string>;
  try {
    known = new Set((await newest()).map(({ id }) => id));
  } catch (error) {
    stream.end();
    throw error;
  }
  const send = async () => {
    const page = await newest();
    for (const notice of page.filter(({ id }) => !known.has(id)).reverse()) {
      stream.send('notice', await present(notice), notice.id);
      if (stream.isOver) return;
    }
    known = new Set(page.map(({ id }) => id));
  };
  let sending = false;
  const timer = setInterval(() => {
    if (sending) return;
    sending = true;
    // Whoever listens connects again, and reads the list of notices.
    void send()
      .catch(() => stream.end())
      .finally(() => {
        sending = false;
      });
  }, LOOKED_AGAIN_MS).unref();
  stream.onClose(() => clearInterval(timer));
  return stream.answer();
}
