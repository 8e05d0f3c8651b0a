import type { NoticeSender, OutgoingNotice } from '#ports/notice-sender';
import { postSigned, type SignedPostOptions } from './signed-post.ts';

interface Options extends SignedPostOptions {
  readonly stationId: string;
}

/** Posts each notice as JSON to one URL, signed. */
export class Webhook implements NoticeSender {
  readonly way = 'webhook';
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async send({ id, kind, request, atMs, account, link }: OutgoingNotice, signal: AbortSignal): Promise<void> {
    const { stationId, ...to } = this.#options;
    await postSigned(to, { id, kind, request, account, link, station: stationId, at: new Date(atMs).toISOString() }, signal);
  }
}
