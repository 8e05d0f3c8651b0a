import { open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup } from 'node:sqlite';
import { EvidockError, errnoText } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { LedgerUpkeep, ReplayLine } from '#ports/ledger/upkeep';
import { linkDurably, probeDirectory, type WriteErrors } from '../durable-file.ts';
import { type Connection, connect, ledgerError } from './connection.ts';
import { replayLog } from './replay/replay.ts';
import { checkIntegrity } from './upkeep/integrity.ts';
import { schemaFaults } from './upkeep/schema-check.ts';

const BACKUP_PAGES_AT_ONCE = 512;
const WRITE_ERRORS: WriteErrors = { full: 'ledger.failed', readOnly: 'ledger.failed', failed: 'ledger.failed' };

interface Options {
  /** The database file. */
  readonly file: string;
  readonly reading: Connection;
  readonly writing: Connection;
  /** Runs `body` as a transaction of the writing connection. */
  readonly inTransaction: (body: () => Promise<void>) => Promise<void>;
}

/** Upkeep that only SQLite has: its file is copied, checked and mended. */
export class SqliteUpkeep implements LedgerUpkeep {
  readonly extension = '.sqlite';
  readonly #options: Options;
  /** The probe that is being written. All callers share it, so that a disk that hangs holds only one probe. */
  #probe: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  async backup(file: string, onPercent?: (percent: number) => void): Promise<{ bytes: number }> {
    const partial = `${file}.partial`;
    try {
      await rm(partial, { force: true });
      await makeEmpty(partial);
      await this.#copyTo(partial, onPercent);
      const handle = await open(partial, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      if ((await linkDurably(partial, file)) === 'exists') throw new EvidockError('request.conflict', because('exists', { thing: file }));
    } catch (error) {
      await rm(partial, { force: true });
      throw backupError(file, error);
    }
    onPercent?.(100);
    return { bytes: (await stat(file)).size };
  }

  /** Copies one committed state. Without the open read transaction, every commit of the station would begin the copy anew. */
  async #copyTo(partial: string, onPercent?: (percent: number) => void): Promise<void> {
    const { raw } = connect(this.#options.file, { readOnly: true });
    try {
      raw.exec('BEGIN');
      raw.prepare('SELECT count(*) FROM sqlite_schema').all();
      await backup(raw, partial, {
        rate: BACKUP_PAGES_AT_ONCE,
        progress: ({ totalPages, remainingPages }) =>
          onPercent?.(totalPages === 0 ? 100 : (100 * (totalPages - remainingPages)) / totalPages),
      });
    } finally {
      raw.close();
    }
  }

  probe(): Promise<void> {
    this.#probe ??= probeDirectory(dirname(this.#options.file), WRITE_ERRORS).finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }

  replay(signal: AbortSignal): AsyncIterable<ReplayLine> {
    return replayLog(this.#options.file, signal);
  }

  async integrity(): Promise<readonly Reason[]> {
    return [...(await this.alterations()), ...(await checkIntegrity(this.#options.file))];
  }

  async alterations(): Promise<readonly Reason[]> {
    return (await schemaFaults(this.#options.reading.raw)).map(({ reason }) => reason);
  }

  async mendSchema(): Promise<readonly Reason[]> {
    const faults = await schemaFaults(this.#options.reading.raw);
    await this.#options.inTransaction(async () => {
      for (const { mend } of faults) if (mend !== null) this.#options.writing.raw.exec(mend);
    });
    return faults.filter(({ mend }) => mend === null).map(({ reason }) => reason);
  }
}

/** Makes the empty file of a copy before SQLite does, because SQLite would only say that a file cannot be opened, and not which. */
async function makeEmpty(partial: string): Promise<void> {
  try {
    await (await open(partial, 'wx', 0o640)).close();
  } catch (error) {
    throw new EvidockError('request.invalid', because('backup-errno', { file: partial, errno: errnoText(error) }), error);
  }
}

function backupError(file: string, error: unknown): unknown {
  if (error instanceof EvidockError) return error;
  const known = ledgerError(error);
  return known instanceof EvidockError
    ? new EvidockError(known.code, because('backup-to', { file, why: known.reason }), error)
    : new EvidockError('ledger.failed', because('backup-errno', { file, errno: errnoText(error) }), error);
}
