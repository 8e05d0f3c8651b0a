import { Worker } from 'node:worker_threads';
import { EvidockError } from '#domain/errors';

/** Enough for hundreds of gigabytes of ledger on a slow disk. */
const TIME_LIMIT_MS = 6 * 3_600_000;

/** SQLite's own checks of the whole file, in a thread of their own: they take minutes on a large ledger. Throws ledger.failed. */
export function checkIntegrity(file: string): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const worker = new Worker(new URL('./integrity-worker.ts', import.meta.url), { workerData: file });
  const failed = (detail: string, cause?: unknown) => reject(new EvidockError('ledger.failed', detail, cause));
  const limit = setTimeout(() => failed(`the integrity check took longer than ${TIME_LIMIT_MS} ms`), TIME_LIMIT_MS);
  worker.once('message', (complaints: readonly string[]) => resolve(complaints));
  worker.once('error', (error) => failed(error instanceof Error ? error.message : String(error), error));
  worker.once('exit', (code) => failed(`the integrity check ended with ${code}`));
  return promise.finally(async () => {
    clearTimeout(limit);
    await worker.terminate();
  });
}
