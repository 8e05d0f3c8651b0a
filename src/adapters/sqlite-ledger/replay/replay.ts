import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { ReplayLine } from '#ports/ledger/upkeep';

/** Heap of the thread, MiB. It holds one entry with its lists, and one row, at a time. The page caches of its two files (16 MiB each) are not part of it. */
const HEAP_MIB = 512;

/** Stands in the name of a replay's file, between the ledger's name and a random part. */
const REPLAY_ENDING = '.replay-';

/** Removes files that a process left beside the ledger when it was killed during a replay. */
export async function removeReplays(file: string): Promise<void> {
  const beginning = `${basename(file)}${REPLAY_ENDING}`;
  for (const name of await readdir(dirname(file))) if (name.startsWith(beginning)) await rm(join(dirname(file), name), { force: true });
}

interface Answer {
  readonly batch: readonly ReplayLine[];
  readonly done: boolean;
}

/**
 * Replays the log of a ledger into a file beside it and compares each row with that file, in a thread of its own. Throws ledger.failed, also where the disk has
 * less free space than twice the size of the ledger.
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

/**
 * Throws unless there is room for a replay with much to spare. A ledger that has no room for its own commits stops the station, so nothing may come near to
 * that.
 */
async function mustHaveRoom(file: string): Promise<void> {
  const { size } = await stat(file);
  const { bavail, bsize } = await statfs(dirname(file));
  if (bavail * bsize < 2 * size) throw new EvidockError('ledger.failed', because('replay-room', { bytes: size, free: bavail * bsize }));
}
