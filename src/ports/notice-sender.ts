import type { Notice, NoticeWay } from '#domain/call-up/notice';

/** A notice as it leaves the station. It says that something waits and where, and nothing of what it is about. */
export interface OutgoingNotice extends Pick<Notice, 'id' | 'kind' | 'request' | 'atMs'> {
  /** Sign-in name of the receiver. */
  readonly account: string;
  /** Where to look; null if the station's own address is not configured. */
  readonly link: string | null;
  readonly subject: string;
  readonly text: string;
}

/** One way by which notices leave the station. */
export interface NoticeSender {
  readonly way: NoticeWay;
  /** Resolves when the other side has taken it. Throws notices.failed. The same notice may be sent twice: its id tells. */
  send(notice: OutgoingNotice, signal: AbortSignal): Promise<void>;
}
