import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { because, type Reason } from '#domain/reason';

const COMPLAINTS_MAX = 100;

type Line = (row: Record<string, unknown>) => Reason | null;

const CHECKS: readonly (readonly [string, Line])[] = [
  [
    `PRAGMA integrity_check(${COMPLAINTS_MAX})`,
    ({ integrity_check: text }) => (text === 'ok' ? null : because('sqlite-says', { text: String(text) })),
  ],
  [
    'PRAGMA foreign_key_check',
    ({ rowid, table, parent }) => because('row-orphan', { row: String(rowid), table: String(table), parent: String(parent) }),
  ],
];

/** Checks the ledger in a worker thread over its own read-only connection. The thread posts one message with the complaints. */
function complaintsOf(file: string): Reason[] {
  const raw = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  const complaints: Reason[] = [];
  for (const [check, line] of CHECKS) {
    try {
      // Iterated and not listed, because a damaged ledger may give millions of rows.
      for (const row of raw.prepare(check).iterate()) {
        if (complaints.length >= COMPLAINTS_MAX) break;
        const complaint = line(row);
        if (complaint !== null) complaints.push(complaint);
      }
    } catch (error) {
      // The file is so damaged that the check cannot go on, which is a complaint too.
      complaints.push(because('check-stopped', { check, text: error instanceof Error ? error.message : String(error) }));
    }
  }
  raw.close();
  return complaints;
}

parentPort?.postMessage(complaintsOf(String(workerData)));
