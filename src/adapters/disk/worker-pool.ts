import { Worker } from 'node:worker_threads';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';

/** These threads keep their bytes outside of their heaps; with V8's own sizes each would take twice the memory. */
const HEAP = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };

/** One worker thread and what it has been asked to do. */
export interface PoolMember<T> {
  readonly worker: Worker;
  /** Work units given and not yet answered: the measure for choosing the least busy. */
  load: number;
  readonly pending: Map<number, T>;
}

/** A fixed number of threads that are started when first needed; one that dies fails its pending work and is replaced. */
export class WorkerPool<T> {
  readonly #script: URL;
  readonly #size: number;
  readonly #onMessage: (member: PoolMember<T>, message: unknown) => void;
  readonly #onLost: (pending: Iterable<T>, error: EvidockError) => void;
  readonly #members: PoolMember<T>[] = [];
  #closed = false;

  constructor(options: {
    script: URL;
    size: number;
    onMessage: (member: PoolMember<T>, message: unknown) => void;
    onLost: (pending: Iterable<T>, error: EvidockError) => void;
  }) {
    this.#script = options.script;
    this.#size = options.size;
    this.#onMessage = options.onMessage;
    this.#onLost = options.onLost;
  }

  /** A thread that has nothing to do; null if all are busy. */
  pickIdle(): PoolMember<T> | null {
    if (this.#closed) throw new EvidockError('station.stopping', because('threads-closed', {}));
    const idle = this.#members.find((member) => member.load === 0);
    if (idle) return idle;
    return this.#members.length < this.#size ? this.#start() : null;
  }

  /** The least busy thread. */
  pick(): PoolMember<T> {
    const idle = this.pickIdle();
    if (idle) return idle;
    return this.#members.reduce((least, member) => (member.load < least.load ? member : least));
  }

  #start(): PoolMember<T> {
    const worker = new Worker(this.#script, { resourceLimits: HEAP });
    const member: PoolMember<T> = { worker, load: 0, pending: new Map() };
    worker.unref();
    worker.on('message', (message: unknown) => this.#onMessage(member, message));
    worker.on('error', (error) => this.#lose(member, error));
    worker.on('exit', (code) => this.#lose(member, new Error(`worker thread ended with ${code}`)));
    this.#members.push(member);
    return member;
  }

  #lose(member: PoolMember<T>, cause: unknown): void {
    const place = this.#members.indexOf(member);
    if (place < 0) return;
    this.#members.splice(place, 1);
    this.#onLost(member.pending.values(), new EvidockError('station.internal', said(cause), cause));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.map((member) => member.worker.terminate()));
  }
}
