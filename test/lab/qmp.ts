import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a command may carry: JSON, as QEMU reads it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Answer {
  readonly QMP?: Json;
  readonly return?: Json;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly id?: number;
  readonly event?: string;
  readonly data?: { readonly [key: string]: Json };
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** How long QEMU may take to answer or to tell: it answers within milliseconds unless the machine is very busy. */
const TIMEOUT_MS = 20_000;

/** QEMU's control protocol on a unix socket. One connection; a lost one rejects all that wait. */
export class Qmp {
  readonly #socket: Socket;
  readonly #events = new EventEmitter();
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#events.setMaxListeners(64);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', (error) => this.#lost(error));
    socket.on('close', () => this.#lost(new Error('QEMU closed its control socket')));
  }

  static async connect(path: string): Promise<Qmp> {
    const socket = connect(path);
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const qmp = new Qmp(socket);
    // Before this command QEMU takes no other one; its greeting needs no answer.
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /** Sends one command; rejects with QEMU's own words, or after 20 s. */
  execute(command: string, args: { readonly [key: string]: Json } = {}): Promise<Json> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`QEMU did not answer ${command} within ${TIMEOUT_MS / 1000} s`));
      }, TIMEOUT_MS);
      this.#waiting.set(id, { command, resolve, reject, timer });
      if (this.#socket.destroyed) this.#lost(new Error('QEMU has ended'));
      else this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  /** Waits for an event of that name whose data has those values. Call it before the command that causes the event. */
  event(name: string, data: { readonly [key: string]: Json } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error) => {
        clearTimeout(timer);
        this.#events.off(name, look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (found: { readonly [key: string]: Json }) => {
        if (Object.entries(data).every(([key, value]) => found[key] === value)) end();
      };
      const timer = setTimeout(() => end(new Error(`QEMU did not tell ${name} within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
      this.#events.on(name, look);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.#take(JSON.parse(line) as Answer);
  }

  #take(answer: Answer): void {
    if (answer.event !== undefined) {
      this.#events.emit(answer.event, answer.data ?? {});
      return;
    }
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (waiting === undefined || answer.id === undefined) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if (answer.error) waiting.reject(new Error(`QEMU refused ${waiting.command}: ${answer.error.desc}`));
    else waiting.resolve(answer.return ?? null);
  }

  #lost(error: Error): void {
    for (const { command, reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(`${command}: ${error.message}`, { cause: error }));
    }
    this.#waiting.clear();
  }
}
