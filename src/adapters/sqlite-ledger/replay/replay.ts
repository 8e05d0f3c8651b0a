import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { ReplayLine } from '#ports/ledger/upkeep';

/** Of the thread's own heap: what it holds at once is one entry with its lists, and one row. The pages of its two files are counted apart (2 × 16 MiB). */
const HEAP_MIB = 512;

/** Between the name of the ledger and a part of its own. */
const REPLAY_ENDING = '.replay-';

/** What a process that was killed while it replayed has left beside the ledger. */
export async function removeReplays(file: string): Promise<void> {
  const beginning = `${basename(file)}${REPLAY_ENDING}`;
  for (const name of await readdir(dirname(file))) if (name.startsWith(beginning)) await rm(join(dirname(file), name), { force: true });
}

interface Answer {
  readonly batch: readonly ReplayLine[];
  readonly done: boolean;
}

/**
 * Replays the log of a ledger into a file beside it and compares each row with that, in a thread of its own. Throws ledger.failed, also where the disk has no room
 * for twice as much again as the ledger.
 */
export async function* replayLog(file: string, signal: AbortSignal): AsyncGenerator<ReplayLine> {
  await mustHaveRoom(file);
  signal.throwIfAborted();
  const replayFile = `${file}${REPLAY_ENDING}${randomUUID()}`;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { file, replayFile },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  try {
    for (;;) {
      const { batch, done } = await ask(worker, signal);
      yield* batch;
      if (done) return;
    }
  } finally {
    await worker.terminate();
    await rm(replayFile, { force: true });
  }
}

function ask(worker: Worker, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const ended = new AbortController();
  const failed = (reason: Reason, cause?: unknown) => reject(new EvidockError('ledger.failed', reason, cause));
  const broke = (error: unknown) => failed(said(error), error);
  const stopped = (status: number) => failed(because('replay-ended', { status }));
  const aborted = () => reject(signal.reason);
  worker.once('message', resolve);
  worker.once('error', broke);
  worker.once('exit', stopped);
  signal.addEventListener('abort', aborted, { signal: ended.signal });
  worker.postMessage('more');
  return promise.finally(() => {
    ended.abort();
    worker.off('message', resolve);
    worker.off('error', broke);
    worker.off('exit', stopped);
  });
}

/** A ledger that has no room left for its own commits stops the station: nothing is tried that may come near to that. */
async function mustHaveRoom(file: string): Promise<void> {
  const { size } = await stat(file);
  const { bavail, bsize } = await statfs(dirname(file));
  if (bavail * bsize < 2 * size) throw new EvidockError('ledger.failed', because('replay-room', { bytes: size, free: bavail * bsize }));
}
