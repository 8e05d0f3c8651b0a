import { connect } from 'node:net';
import { errnoOf } from '#domain/errno';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason, reasonOf } from '#domain/reason';
import { type HelperReply, type HelperRequest, REPLY_BYTES_MAX } from './mount-protocol.ts';
import type { Mounted, Mounter, MountRequest, MtpRequest, RemountMode } from './mounter.ts';

/** Longer than the helper takes for its slowest request: probing, mounting and giving up. */
const REPLY_MS_MAX = 120_000;

/** Has the mount helper do what needs the rights of root. One short connection per request. */
export class HelperMounter implements Mounter {
  readonly #socketPath: string;

  constructor(options: { readonly socketPath: string }) {
    this.#socketPath = options.socketPath;
  }

  async mount({ device, utcOffsetMinutes }: MountRequest): Promise<Mounted> {
    return (await this.#ask({ do: 'mount', device, utcOffsetMinutes })) as Mounted;
  }

  async mountMtp({ busNumber, deviceNumber }: MtpRequest): Promise<Mounted> {
    return (await this.#ask({ do: 'mountMtp', busNumber, deviceNumber })) as Mounted;
  }

  async remount(path: string, mode: RemountMode): Promise<void> {
    await this.#ask({ do: 'remount', path, mode });
  }

  async unmount(path: string): Promise<void> {
    await this.#ask({ do: 'unmount', path });
  }

  async unmountAll(): Promise<number> {
    return (await this.#ask({ do: 'unmountAll' })) as number;
  }

  async powerOff(sysName: string): Promise<void> {
    await this.#ask({ do: 'powerOff', sysName });
  }

  async #ask(request: HelperRequest): Promise<unknown> {
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
