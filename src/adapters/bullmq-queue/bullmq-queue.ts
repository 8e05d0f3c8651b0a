import { randomBytes } from 'node:crypto';
import { type Job, type Processor, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { asEvidockError, EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { type Log, queueTrouble, stageFailed } from '#events';
import type { QueueLane, QueueRun, WorkQueue } from '#ports/work-queue';
import type { RedisAddress } from './private-redis.ts';

/** How long an answer is waited for, unless told. */
const ANSWER_MS_MAX = 5000;
/** How long the end of running handlers is waited for, unless told. */
const STOP_MS_MAX = 10_000;
const LOCK_MS = 30_000;
const STALLED_MS = 15_000;
const PROBE_MS = 10_000;
/** What a Redis answers that can be reached but takes no work. */
const REFUSALS: Readonly<Record<string, Reason>> = {
  READONLY: because('redis-readonly', {}),
  OOM: because('redis-oom', {}),
  MISCONF: because('redis-misconf', {}),
  NOPERM: because('redis-noperm', {}),
  NOAUTH: because('redis-noauth', {}),
  WRONGPASS: because('redis-wrongpass', {}),
  MASTERDOWN: because('redis-masterdown', {}),
  CLUSTERDOWN: because('redis-clusterdown', {}),
};

interface Options {
  /** A URL, or the private server's address. */
  readonly server: { readonly url: string } | RedisAddress;
  /** Before every key. */
  readonly prefix: string;
  /** Part of every key: stations on one server never take each other's rings. */
  readonly stationId: string;
  readonly log: Log;
  readonly answerMsMax?: number;
  readonly stopMsMax?: number;
}

interface Listener {
  readonly lane: QueueLane;
  readonly concurrency: number;
  readonly handler: (workId: string, run: QueueRun) => Promise<void>;
}

/** The doorbell on BullMQ: one queue a lane, fixed job ids, nothing kept of what is done. */
export class BullmqQueue implements WorkQueue {
  readonly #options: Required<Options>;
  readonly #stop = new AbortController();
  readonly #listeners: Listener[] = [];
  readonly #queues = new Map<QueueLane, Queue>();
  readonly #workers: Worker[] = [];
  readonly #connections: Redis[] = [];
  readonly #prefix: string;
  #commands: Redis | undefined;
  #troubled = false;

  constructor(options: Options) {
    this.#options = { answerMsMax: ANSWER_MS_MAX, stopMsMax: STOP_MS_MAX, ...options };
    this.#prefix = `${options.prefix}:${options.stationId}`;
  }

  listen(lane: QueueLane, concurrency: number, handler: (workId: string, run: QueueRun) => Promise<void>): void {
    this.#listeners.push({ lane, concurrency, handler });
  }

  async start(): Promise<void> {
    // A queue must answer or refuse soon; a worker waits for its server as long as it takes.
    this.#commands = this.#connect({ maxRetriesPerRequest: 1, enableOfflineQueue: true, commandTimeout: this.#options.answerMsMax });
    for (const { lane, concurrency, handler } of this.#listeners) {
      const connection = this.#connect({ maxRetriesPerRequest: null });
      const worker = new Worker(lane, this.#processor(lane, handler), {
        connection,
        prefix: this.#prefix,
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_MS,
        // Progress and leases are the ledger's: a job that stalls here is simply rung again.
        maxStalledCount: 100,
      });
      worker.on('error', (error) => this.#trouble(error));
      this.#workers.push(worker);
    }
  }

  #processor(lane: QueueLane, handler: Listener['handler']): Processor {
    return async (job: Job) => {
      this.#troubled = false;
      try {
        await handler(String(job.id), { signal: this.#stop.signal });
      } catch (error) {
        if (!this.#stop.signal.aborted) stageFailed(this.#options.log, lane, { workId: String(job.id) }, asEvidockError(error));
      }
    };
  }

  #connect(options: { maxRetriesPerRequest: number | null; enableOfflineQueue?: boolean; commandTimeout?: number }): Redis {
    const { server } = this.#options;
    const common = { ...options, retryStrategy: (times: number) => Math.min(times * 100, 2000), lazyConnect: false };
    const connection =
      'url' in server ? new Redis(server.url, common) : new Redis({ path: server.socketPath, password: server.password, ...common });
    connection.on('error', (error) => this.#trouble(error));
    this.#connections.push(connection);
    return connection;
  }

  /** Connections report the same outage many times a second: it is told once, until something works again. */
  #trouble(error: unknown): void {
    if (this.#troubled || this.#stop.signal.aborted) return;
    this.#troubled = true;
    queueTrouble(this.#options.log, error);
  }

  async ring(lane: QueueLane, workId: string, options: { priority: number; delayMs: number }): Promise<void> {
    const job = {
      jobId: workId,
      priority: options.priority,
      delay: Math.max(0, Math.round(options.delayMs)),
      removeOnComplete: true,
      removeOnFail: true,
    };
    await this.#answered(async () => {
      const queue = await this.#ready(lane);
      // A delayed job keeps its id, and `add` would leave it delayed. Who rings without delay wants it now.
      if (job.delay === 0) await (await queue.getJob(workId))?.promote().catch(() => undefined);
      await queue.add(lane, {}, job);
    });
  }

  /**
   * If a server goes away during the first greeting, BullMQ never connects to it again. Such a queue is given up, and the next ring makes
   * another.
   */
  async #ready(lane: QueueLane): Promise<Queue> {
    const queue = this.#queue(lane);
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      if (this.#queues.get(lane) === queue) this.#queues.delete(lane);
      void queue.close().catch(() => undefined);
      throw error;
    }
  }

  #queue(lane: QueueLane): Queue {
    const known = this.#queues.get(lane);
    if (known) return known;
    if (!this.#commands) throw new EvidockError('queue.unreachable', because('not-started', {}));
    const queue = new Queue(lane, { connection: this.#commands, prefix: this.#prefix });
    queue.on('error', (error) => this.#trouble(error));
    this.#queues.set(lane, queue);
    return queue;
  }

  async check(): Promise<Reason> {
    const [connection] = this.#connections;
    if (!connection) throw new EvidockError('queue.unreachable', because('not-started', {}));
    const info = await this.#answered(() => connection.info('server'));
    // A replica, and a server without memory, answer every question and take no work.
    const key = `${this.#prefix}:probe:${randomBytes(6).toString('hex')}`;
    const back = await this.#answered(async () => {
      await connection.set(key, key, 'PX', PROBE_MS);
      const found = await connection.get(key);
      await connection.del(key);
      return found;
    });
    if (back !== key) throw new EvidockError('queue.refused', because('probe-lost', {}));
    return because('program', { program: `Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? '—'}` });
  }

  async #answered<T>(call: () => Promise<T>): Promise<T> {
    const { answerMsMax } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new EvidockError('queue.unreachable', because('no-answer-within', { seconds: answerMsMax / 1000 }))),
        answerMsMax,
      );
    });
    try {
      const answer = await Promise.race([call(), late]);
      this.#troubled = false;
      return answer;
    } catch (error) {
      if (error instanceof EvidockError) throw error;
      throw queueError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#options.stopMsMax);
    });
    // Closing waits for running handlers; a server that is away must not keep us from ending.
    await Promise.race([Promise.allSettled(this.#workers.map((worker) => worker.close())), late]);
    clearTimeout(timer);
    for (const connection of this.#connections) connection.disconnect();
  }
}

function queueError(thrown: unknown): EvidockError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  // In the error of a script the reply of its command stands among other words.
  const refusal = Object.entries(REFUSALS).find(([each]) => new RegExp(`(^|[^A-Z])${each}[^A-Z]`).test(words));
  if (refusal === undefined) return new EvidockError('queue.unreachable', said(thrown), thrown);
  const [reply, why] = refusal;
  return new EvidockError('queue.refused', because('redis-refused', { why, reply }), thrown);
}
