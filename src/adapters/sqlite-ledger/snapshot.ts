import type { RetentionReader } from '#ports/ledger/retention';
import { connect } from './connection.ts';
import { SqlRetentionReader } from './retention/reader.ts';

/** The file is read through the page cache of the system, without a copy of each page. */
const MAPPED_BYTES_MAX = 64 * 2 ** 30;

export interface LedgerSnapshot {
  readonly retention: RetentionReader;
  /** Number of the last entry of the log. Whatever changes a recording writes one: snapshots with the same one tell the same of recordings. */
  head(): number;
  /** Id of the recording in the middle of all; null: there are none. */
  middle(): string | null;
  close(): void;
}

/**
 * Opens a connection of its own that reads the ledger as it is at its first statement, whatever is committed meanwhile: for a thread that reads all of it. Until it
 * is closed the write-ahead log keeps what was committed since. Throws ledger.failed.
 */
export function openSnapshot(file: string): LedgerSnapshot {
  const connection = connect(file, { readOnly: true });
  const { raw } = connection;
  raw.exec(`PRAGMA mmap_size = ${MAPPED_BYTES_MAX}; BEGIN`);
  return {
    retention: new SqlRetentionReader(connection),
    head: () => Number(raw.prepare('SELECT coalesce(max(seq), -1) AS seq FROM custody').get()?.['seq']),
    middle: () => {
      const found = raw.prepare('SELECT id FROM recordings ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM recordings)').get();
      return found === undefined ? null : String(found['id']);
    },
    close: () => raw.close(),
  };
}
