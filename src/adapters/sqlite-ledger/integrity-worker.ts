import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const COMPLAINTS_MAX = 100;

type Line = (row: Record<string, unknown>) => string;

const CHECKS: readonly (readonly [string, Line])[] = [
  [`PRAGMA integrity_check(${COMPLAINTS_MAX})`, (row) => String(row['integrity_check'])],
  ['PRAGMA foreign_key_check', (row) => `row ${row['rowid']} of ${row['table']} points to a missing row of ${row['parent']}`],
];

/** Runs in a worker thread over its own read-only connection; posts one message: the complaints. */
function complaintsOf(file: string): string[] {
  const raw = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  const complaints: string[] = [];
  for (const [check, line] of CHECKS) {
    try {
      // Iterated, not listed: a damaged ledger may have millions of them.
      for (const row of raw.prepare(check).iterate()) {
        if (complaints.length >= COMPLAINTS_MAX) break;
        if (line(row) !== 'ok') complaints.push(line(row));
      }
    } catch (error) {
      // A file so damaged that the check itself cannot go on: that is what was asked for.
      complaints.push(`${check} stopped: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  raw.close();
  return complaints;
}

parentPort?.postMessage(complaintsOf(String(workerData)));
