import { parentPort, workerData } from 'node:worker_threads';
import type { ReplayLine } from '#ports/ledger/upkeep';
import { replayLines } from './lines.ts';

const LINES_MAX = 100;

/* The thread that replays the log. It goes on only when it is asked for more, so that its findings never pile up. */
const lines = replayLines(workerData as Parameters<typeof replayLines>[0]);
parentPort?.on('message', () => {
  const batch: ReplayLine[] = [];
  let done = false;
  while (batch.length < LINES_MAX && batch.at(-1)?.type !== 'progress') {
    const next = lines.next();
    done = next.done ?? false;
    if (next.done) break;
    batch.push(next.value);
  }
  parentPort?.postMessage({ batch, done });
});
