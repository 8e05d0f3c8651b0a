import { Worker } from 'node:worker_threads';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** Time limit of the check, ms: enough for hundreds of gigabytes on a slow disk. */
const TIME_LIMIT_MS = 6 * 3_600_000;

/** Runs SQLite's own checks of the whole file in a thread, because they take minutes on a large ledger. Throws ledger.failed. */
export function checkIntegrity(file: string): Promise<readonly Reason[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Reason[]>();
  const worker = new Worker(new URL('./integrity-worker.ts', import.meta.url), { workerData: file });
  const failed = (reason: Reason, cause?: unknown) => reject(new EvidockError('ledger.failed', reason, cause));
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  const limit = setTimeout(() => {
    failed(because('integrity-late', { ms: TIME_LIMIT_MS }));
    void worker.terminate();
  }, TIME_LIMIT_MS);
  worker.once('message', (complaints: readonly Reason[]) => resolve(complaints));
  worker.once('error', (error) => failed(said(error), error));
  worker.once('exit', (code) => failed(because('integrity-ended', { status: code })));
  return promise.finally(async () => {
    clearTimeout(limit);
    // The thread ends by itself after its answer. Ending it from here as well would take its heap down while it still closes the ledger.
    await ended;
  });
}
