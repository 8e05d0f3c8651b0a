import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const COMPLAINTS_MAX = 100;

/** Runs in a worker thread over its own read-only connection; posts one message: the complaints. */
function complaintsOf(file: string): string[] {
  const raw = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const found = raw.prepare(`PRAGMA integrity_check(${COMPLAINTS_MAX})`).all();
    const complaints = found.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
    // Iterated, not listed: a damaged ledger may have millions of them.
    for (const row of raw.prepare('PRAGMA foreign_key_check').iterate()) {
      if (complaints.length >= COMPLAINTS_MAX) break;
      complaints.push(`row ${row['rowid']} of ${row['table']} points to a missing row of ${row['parent']}`);
    }
    return complaints;
  } finally {
    raw.close();
  }
}

parentPort?.postMessage(complaintsOf(String(workerData)));
