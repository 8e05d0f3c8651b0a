import { deliveryAfter, type Notice, noticeText, placeOfNotice } from '#domain/call-up/notice';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Log } from '#events';
import { noticeFailed, noticeGivenUp } from '#events';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { NoticeSender, OutgoingNotice } from '#ports/notice-sender';

/** Deliveries that are read at once. They are sent one after the other. */
const PAGE = 50;
/** Longest wait for a look at what is due, ms. */
const LOOK_MS = 60_000;
const SEND_MS_MAX = 30_000;

interface Options {
  readonly ledger: Ledger;
  readonly senders: readonly NoticeSender[];
  readonly clock: Clock;
  readonly log: Log;
  readonly language: 'en' | 'zh-CN';
  /** Address of the console, without a slash at its end; empty: notices have no link. */
  readonly link: string;
  /** The words of a digest when it is sent; null: there is nothing to tell any more. */
  readonly digestFor: (user: string, told: { readonly language: 'en' | 'zh-CN'; readonly link: string | null }) => Promise<Words | null>;
}

interface Words {
  readonly subject: string;
  readonly text: string;
}

/**
 * Sends notices out of the station until the other side has taken them, or for a day. What is still to be sent stands in the ledger, so a restart loses none; one
 * whose outcome was not recorded is sent once more.
 */
export class NoticeDeliverer {
  readonly #options: Options;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #again = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Looks at once for what is due. */
  wake(): void {
    if (this.#ended.signal.aborted) return;
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { ledger, clock, log } = this.#options;
    let waitMs = LOOK_MS;
    try {
      do {
        this.#again = false;
        await this.#sendDue();
      } while (this.#again && !this.#ended.signal.aborted);
      const next = await ledger.callUps.nextDelivery();
      if (next !== null) waitMs = Math.min(LOOK_MS, Math.max(0, next - clock.nowMs()));
    } catch (error) {
      noticeFailed(log, { way: 'ledger' }, error);
    }
    if (this.#ended.signal.aborted) return;
    this.#timer = setTimeout(() => this.wake(), waitMs);
    this.#timer.unref();
  }

  async #sendDue(): Promise<void> {
    const { ledger, senders, clock, log } = this.#options;
    const due = await ledger.callUps.dueDeliveries(clock.nowMs(), PAGE);
    for (const { delivery, notice } of due) {
      if (this.#ended.signal.aborted) return;
      const sender = senders.find(({ way }) => way === delivery.way);
      const why = sender === undefined ? because('way-gone', { way: delivery.way }) : await this.#try(sender, notice);
      if (this.#ended.signal.aborted && why !== null) return;
      const fresh = deliveryAfter(delivery, { ok: why === null, noticeAtMs: notice.atMs, nowMs: clock.nowMs() });
      await ledger.transaction((writer) => writer.callUps.updateDelivery(fresh, why));
      if (fresh.state === 'given-up') noticeGivenUp(log, { notice: notice.id, way: delivery.way, attempts: fresh.attempts });
    }
    if (due.length === PAGE) this.#again = true;
  }

  /** null: it was taken. */
  async #try(sender: NoticeSender, notice: Notice): Promise<Reason | null> {
    const { ledger, log } = this.#options;
    const user = await ledger.people.user(notice.user);
    // Nobody is told any more who has left: the delivery has nowhere to go.
    if (user === null || user.state === 'left') return null;
    try {
      const outgoing = await this.#outgoing(notice);
      if (outgoing === null) return null;
      const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(SEND_MS_MAX)]);
      await sender.send({ ...outgoing, account: user.account }, signal);
      return null;
    } catch (error) {
      noticeFailed(log, { way: sender.way }, error);
      return error instanceof EvidockError ? error.reason : said(error as Error);
    }
  }

  async #outgoing(notice: Notice): Promise<Omit<OutgoingNotice, 'account'> | null> {
    const { id, kind, request, atMs, user } = notice;
    const { link, language, digestFor } = this.#options;
    const url = link === '' ? null : `${link}${placeOfNotice(notice)}`;
    const sentence = noticeText(language, kind);
    const single = { subject: sentence, text: url === null ? sentence : `${sentence}\n\n${url}\n` };
    const words = kind === 'duties-digest' ? await digestFor(user, { language, link: url }) : single;
    return words && { id, kind, request, atMs, link: url, ...words };
  }
}
