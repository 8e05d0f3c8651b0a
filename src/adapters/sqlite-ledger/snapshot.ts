import type { RetentionReader } from '#ports/ledger/retention';
import { connect } from './connection.ts';
import { SqlRetentionReader } from './retention/reader.ts';

/** The file is read through the page cache of the system, without a copy of each page. */
const MAPPED_BYTES_MAX = 64 * 2 ** 30;

export interface LedgerSnapshot {
  readonly retention: RetentionReader;
  close(): void;
}

/**
 * Opens a connection of its own that reads the ledger as it is at its first statement, whatever is committed meanwhile: for a thread that reads all of it. Until it
 * is closed the write-ahead log keeps what was committed since. Throws ledger.failed.
 */
export function openSnapshot(file: string): LedgerSnapshot {
  const connection = connect(file, { readOnly: true });
  connection.raw.exec(`PRAGMA mmap_size = ${MAPPED_BYTES_MAX}; BEGIN`);
  return { retention: new SqlRetentionReader(connection), close: () => connection.raw.close() };
}
