import { createServer, type Server, type Socket } from 'node:net';
import { asEvidockError, type EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { helperRefused, helperServed, type Log } from '#events';
import type { ImmutableFiles } from '#ports/immutable-files';
import { type HelperReply, type HelperRequest, REQUEST_BYTES_MAX, readRequest } from './mount-protocol.ts';
import type { Mounter } from './mounter.ts';

/** A request is one short line: who has not sent it by then is not the station. */
const LINE_MS_MAX = 5000;
/** 32 recorders with several volumes each, all plugged in at once, wait in the station; this only bounds a client gone mad. */
const CONNECTIONS_MAX = 64;
const STOP_MS_MAX = 30_000;

interface Options {
  readonly mounter: Mounter;
  readonly immutable: ImmutableFiles;
  readonly log: Log;
}

/** The helper's side of the socket: reads one request per connection, has it carried out, answers. */
export class MountServer {
  readonly #options: Options;
  readonly #server: Server;
  readonly #working = new Set<Promise<void>>();

  constructor(options: Options) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** `fd`: a listening socket that systemd has opened. */
  listen(at: { readonly fd: number } | { readonly path: string }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(at, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Takes no more requests; those begun are carried to their end, at most 30 s. */
  async stop(): Promise<void> {
    this.#server.close();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_MS_MAX);
    await Promise.race([Promise.all(this.#working), late]);
    clearTimeout(timer);
  }

  #serve(socket: Socket): void {
    let text = '';
    let bytes = 0;
    const timer = setTimeout(() => refuse(because('line-late', {})), LINE_MS_MAX);
    const end = () => {
      clearTimeout(timer);
      socket.removeAllListeners('data').removeAllListeners('end');
    };
    const refuse = (why: Reason) => {
      end();
      helperRefused(this.#options.log, { why });
      answer(socket, { ok: false, code: 'recorder.mount-failed', reason: because('helper-refused', { why }) });
    };
    // A client that goes away is no trouble of ours: what it asked for is carried out, its answer is lost.
    socket.on('error', () => undefined);
    socket.setEncoding('latin1');
    socket.on('end', () => refuse(because('line-cut', {})));
    socket.on('data', (chunk: string) => {
      bytes += chunk.length;
      if (bytes > REQUEST_BYTES_MAX) return refuse(because('line-long', {}));
      text += chunk;
      const stop = text.indexOf('\n');
      if (stop < 0) return undefined;
      const request = stop === text.length - 1 ? readRequest(text.slice(0, stop)) : null;
      if (request === null) return refuse(because('no-request', {}));
      end();
      const work = this.#carryOut(request).then((reply) => answer(socket, reply));
      this.#working.add(work);
      return void work.finally(() => this.#working.delete(work));
    });
  }

  async #carryOut(request: HelperRequest): Promise<HelperReply> {
    const begun = performance.now();
    const what = request.do === 'attribute' ? (`attribute-${request.want}` as const) : request.do;
    const files = request.do === 'attribute' ? { files: request.keys.length } : {};
    const facts = () => ({ what, ...files, elapsedMs: Math.round(performance.now() - begun) });
    try {
      const result = (await perform(this.#options, request)) ?? null;
      helperServed(this.#options.log, facts(), null);
      return { ok: true, result };
    } catch (error) {
      const known: EvidockError = asEvidockError(error);
      helperServed(this.#options.log, facts(), known);
      return { ok: false, code: known.code, reason: known.reason };
    }
  }
}

function perform({ mounter, immutable }: Options, request: HelperRequest): Promise<unknown> {
  switch (request.do) {
    case 'mount':
      return mounter.mount({ device: request.device, utcOffsetMinutes: request.utcOffsetMinutes });
    case 'mountMtp':
      return mounter.mountMtp({ busNumber: request.busNumber, deviceNumber: request.deviceNumber });
    case 'remount':
      return mounter.remount(request.path, request.mode);
    case 'unmount':
      return mounter.unmount(request.path);
    case 'unmountAll':
      return mounter.unmountAll();
    case 'attribute':
      return immutable.change(request.want, request.keys);
    case 'powerOff':
      return mounter.powerOff(request.sysName);
  }
}

function answer(socket: Socket, reply: HelperReply): void {
  socket.end(`${JSON.stringify(reply)}\n`);
  // Whoever sends on after that is cut off.
  socket.resume();
  setTimeout(() => socket.destroy(), LINE_MS_MAX).unref();
}
