import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { because, type Reason } from '#domain/reason';
import { unacknowledged } from './socket-queue.ts';

const CONNECT_MS_MAX = 10_000;
const ANSWER_SHARE = 1.5;
const LOOK_MS_MAX = 1000;
const LOOK_MS_MIN = 20;

interface Options {
  readonly request: ClientRequest;
  /** How long no byte may move, ms. */
  readonly stallMs: number;
  /** Called with the bytes since the last look: those that went up and were acknowledged, and those that came down. */
  readonly onMoved: (up: number, down: number) => void;
  readonly onStalled: (why: Reason) => void;
}

/** Watches one request until it ends. Only time without progress counts against the request. */
export class TransferWatch {
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  #socket: Socket | undefined;
  #response: IncomingMessage | undefined;
  #movedAtMs = performance.now();
  #written = 0;
  #read = 0;
  #held = false;
  #begunAtMs = performance.now();
  #sent = false;
  #looking = false;

  constructor(options: Options) {
    this.#options = options;
    const everyMs = Math.max(LOOK_MS_MIN, Math.min(LOOK_MS_MAX, options.stallMs / 5));
    // Begins with the socket and not at the first look, when small objects have moved already.
    options.request.once('socket', (socket: Socket) => this.#begin(socket));
    this.#timer = setInterval(() => void this.#look(), everyMs);
  }

  /** While `held` is true the station itself holds bytes back for the bandwidth limit, so nothing has to move. */
  hold(held: boolean): void {
    this.#held = held;
    this.#movedAtMs = performance.now();
  }

  /** Called when the system has taken the whole body. */
  sent(): void {
    this.#sent = true;
  }

  answered(response: IncomingMessage): void {
    this.#response = response;
    this.#movedAtMs = performance.now();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#count(this.#socket, 0);
  }

  async #look(): Promise<void> {
    const { stallMs, onStalled } = this.#options;
    const socket = this.#socket;
    if (this.#looking) return;
    if (!socket) {
      // A request that still waits for a connection of the agent has not begun.
      this.#movedAtMs = performance.now();
      return;
    }
    if (socket.connecting) {
      const limitMs = Math.min(CONNECT_MS_MAX, stallMs);
      if (performance.now() - this.#movedAtMs > limitMs) onStalled(because('no-connection-within', { seconds: limitMs / 1000 }));
      return;
    }
    this.#looking = true;
    const queued = this.#response ? 0 : ((await unacknowledged(socket)) ?? 0);
    this.#looking = false;
    if (this.#count(socket, queued) || this.#waitsForUs()) this.#movedAtMs = performance.now();
    else if (performance.now() - this.#movedAtMs > this.#patienceMs(queued))
      onStalled(because('no-byte-moved', { seconds: stallMs / 1000 }));
  }

  /**
   * How long the answer may take after the whole body was acknowledged, ms. Something on the way may still hold much of the body and pass it on as slowly as it
   * took it: a relay was seen to take half of a body in advance. So the answer may take 1.5 times as long as the body took, if that exceeds the time-out.
   */
  #patienceMs(queued: number): number {
    const { stallMs } = this.#options;
    if (!this.#sent || this.#response || queued > 0) return stallMs;
    return Math.max(stallMs, ANSWER_SHARE * (this.#movedAtMs - this.#begunAtMs));
  }

  /** Notes the counts at the beginning, because a connection that is kept alive has carried other requests before. */
  #begin(socket: Socket): void {
    this.#socket = socket;
    this.#begunAtMs = performance.now();
    this.#movedAtMs = this.#begunAtMs;
    this.#written = socket.connecting ? 0 : Math.max(0, socket.bytesWritten - socket.writableLength);
    this.#read = socket.bytesRead;
  }

  #count(socket: Socket | undefined, queued: number): boolean {
    if (!socket) return false;
    const written = Math.max(this.#written, socket.bytesWritten - socket.writableLength - queued);
    const up = written - this.#written;
    const down = socket.bytesRead - this.#read;
    this.#written = written;
    this.#read += down;
    if (up + down > 0) this.#options.onMoved(up, down);
    return up + down > 0;
  }

  /** Whether nothing moves because this side has not taken what came: the buffer in between is full, or holds the end. */
  #waitsForUs(): boolean {
    const response = this.#response;
    if (this.#held || response === undefined) return this.#held;
    return response.complete || response.readableLength >= response.readableHighWaterMark;
  }
}
