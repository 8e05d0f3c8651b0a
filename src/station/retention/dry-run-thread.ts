import { on } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Calendars } from '#desk/retention/read-version';
import type { PartSums, Tallier, TallyPart, TallyPlan } from '#desk/retention/tally';
import type { CalendarData } from '#domain/calendar/retention-calendar';
import { type ErrorCode, EvidockError, said } from '#domain/errors';
import type { Reason } from '#domain/reason';
import { dryRunResult } from '#domain/retention/dry-run';

/** MiB. A thread holds one step of recordings, and sums. The page cache of its connection (64 MiB) is no part of it. */
const HEAP_MIB = 512;
/** So often the threads look again for a moment of the ledger that all of them see, before one does all of it. */
const LOOKS_MAX = 20;

export interface DryRunTask {
  readonly file: string;
  readonly calendars: { readonly [name in keyof Calendars]: CalendarData };
  readonly plan: TallyPlan;
}

/** To a thread: opens the ledger anew, or adds up this part of it. */
export type DryRunOrder = 'look-again' | TallyPart;

/** Of a thread: which moment of the ledger it sees; how far it is; its sums; or what went wrong. */
export type DryRunMessage =
  | { readonly head: number; readonly middle: string | null }
  | { readonly recordings: number }
  | PartSums
  | { readonly failed: { readonly code: ErrorCode; readonly reason: Reason } };

type Seen = Extract<DryRunMessage, { head: number }>;

/**
 * Dry runs in threads of their own, over connections of their own: a million recordings take half a minute of a processor, and nothing else of the station waits for
 * them. Where there are two processors, two threads do half of the recordings each. `threads`: how many; a test may say.
 */
export function dryRunThread({
  file,
  calendars,
  threads = Math.min(2, availableParallelism()),
}: {
  readonly file: string;
  readonly calendars: Calendars;
  readonly threads?: number;
}): Tallier {
  const data = { china: calendars.china.data, own: calendars.own.data };
  return async function* (_, plan, signal) {
    signal.throwIfAborted();
    const task: DryRunTask = { file, calendars: data, plan };
    const pool = Array.from({ length: threads }, () => new Thread(task, signal));
    try {
      const parts = await partsOf(pool);
      const done = pool.map(() => 0);
      const sums: (PartSums | undefined)[] = pool.map(() => undefined);
      for (const [n, part] of parts.entries()) pool[n]?.order(part);
      // What each thread tells next.
      const next = new Map<number, Promise<{ readonly n: number; readonly message: DryRunMessage }>>();
      const hear = (n: number, thread: Thread) => {
        const telling = thread.told().then((message) => ({ n, message }));
        // Of a thread that is ended before somebody has asked for this nothing is to be told.
        telling.catch(() => undefined);
        next.set(n, telling);
      };
      for (const [n, thread] of pool.slice(0, parts.length).entries()) hear(n, thread);
      while (next.size > 0) {
        const { n, message } = await Promise.race(next.values());
        next.delete(n);
        const thread = pool[n];
        if ('sums' in message) sums[n] = message;
        else if (thread) hear(n, thread);
        if (!('recordings' in message)) continue;
        done[n] = message.recordings;
        yield { recordings: done.reduce((all, each) => all + each, 0) };
      }
      const found = sums.filter((each) => each !== undefined);
      const [first] = found;
      if (!first) throw new Error('no thread has told a sum');
      yield {
        result: dryRunResult(
          first.about,
          found.map((each) => each.sums),
        ),
      };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof EvidockError ? error : new EvidockError('station.internal', said(error), error);
    } finally {
      await Promise.all(pool.map((thread) => thread.end()));
    }
  };
}

/** Half for each of two threads that see the same moment; all for the first one where there is none. */
async function partsOf(pool: readonly Thread[]): Promise<readonly TallyPart[]> {
  const whole = [{ after: '', upTo: null }];
  let seen = await Promise.all(pool.map((thread) => thread.sees()));
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const newest = Math.max(...seen.map(({ head }) => head));
    if (seen.every(({ head }) => head === newest)) {
      const middle = seen[0]?.middle ?? null;
      return pool.length < 2 || middle === null
        ? whole
        : [
            { after: '', upTo: middle },
            { after: middle, upTo: null },
          ];
    }
    seen = await Promise.all(seen.map((one, n) => (one.head === newest ? one : lookedAgain(pool[n], one))));
  }
  return whole;
}

async function lookedAgain(thread: Thread | undefined, before: Seen): Promise<Seen> {
  thread?.order('look-again');
  return (await thread?.sees()) ?? before;
}

class Thread {
  readonly #worker: Worker;
  readonly #messages: AsyncIterator<[DryRunMessage]>;

  constructor(task: DryRunTask, signal: AbortSignal) {
    this.#worker = new Worker(new URL('./dry-run-worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    this.#messages = on(this.#worker, 'message', { signal, close: ['exit'] }) as AsyncIterator<[DryRunMessage]>;
  }

  order(order: DryRunOrder): void {
    this.#worker.postMessage(order);
  }

  /** What it says next. Throws what went wrong in it. */
  async told(): Promise<DryRunMessage> {
    const { value, done } = await this.#messages.next();
    if (done) throw new Error('a thread has ended');
    const [message] = value;
    if ('failed' in message) throw new EvidockError(message.failed.code, message.failed.reason);
    return message;
  }

  async sees(): Promise<Seen> {
    const message = await this.told();
    if (!('head' in message)) throw new Error('a thread has not said what it sees');
    return message;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
