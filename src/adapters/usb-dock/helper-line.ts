import { connect } from 'node:net';
import { errnoOf } from '#domain/errno';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason, reasonOf } from '#domain/reason';
import { type HelperReply, type HelperRequest, REPLY_BYTES_MAX } from './mount-protocol.ts';

/** Longer than the helper takes for its slowest request: probing, mounting and giving up. */
const REPLY_MS_MAX = 120_000;

/** The station's way to the mount helper. One short connection per request. */
export class HelperLine {
  readonly #socketPath: string;

  constructor(options: { readonly socketPath: string }) {
    this.#socketPath = options.socketPath;
  }

  /** Throws recorder.mount-failed or recorder.removed with what the helper said. */
  async ask(request: HelperRequest): Promise<unknown> {
    let reply: HelperReply;
    try {
      reply = JSON.parse(await this.#exchange(JSON.stringify(request))) as HelperReply;
    } catch (error) {
      const errno = errnoOf(error);
      const why = errno === undefined ? said(error) : because('said', { text: errno });
      throw new EvidockError('recorder.mount-failed', because('helper-silent', { why }), error);
    }
    if (reply.ok) return reply.result;
    throw new EvidockError(reply.code === 'recorder.removed' ? 'recorder.removed' : 'recorder.mount-failed', reasonOf(reply.reason));
  }

  #exchange(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#socketPath);
      const timer = setTimeout(() => socket.destroy(silent(because('no-answer-within', { seconds: REPLY_MS_MAX / 1000 }))), REPLY_MS_MAX);
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > REPLY_BYTES_MAX) socket.destroy(silent(because('long-answer', { bytes: REPLY_BYTES_MAX })));
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
      socket.write(`${line}\n`);
    });
  }
}

function silent(reason: Reason): EvidockError {
  return new EvidockError('recorder.mount-failed', reason);
}
