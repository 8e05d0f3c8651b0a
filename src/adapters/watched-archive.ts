import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { type ErrorCode, EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Archive, ArchivedObject, ExpectedObject, ObjectName, PutRequest, StoredObject, TransferOptions } from '#ports/archive';
import type { Clock } from '#ports/clock';

/** What the newest requests came to; older ones tell nothing of the archive as it is now. */
const OUTCOMES_MAX = 20;
/** Longer than the longest pause between two tries of one piece of work. */
const OUTCOME_MS_MAX = 20 * 60_000;
const FAILED_SHARE = 0.5;

interface Outcome {
  readonly atMs: number;
  readonly failure: EvidockError | null;
}

export interface ArchiveTrouble {
  readonly code: ErrorCode;
  readonly reason: Reason;
}

/** An archive whose real work is remembered for a while: what a small probe cannot show (a quota, refusals now and then) shows here. */
export class WatchedArchive implements Archive {
  readonly name: string;
  readonly #archive: Archive;
  readonly #clock: Clock;
  #outcomes: Outcome[] = [];

  constructor(archive: Archive, options: { clock: Clock }) {
    this.name = archive.name;
    this.#archive = archive;
    this.#clock = options.clock;
  }

  /**
   * What is wrong, as far as the last work can tell: the very last request failed, or half of them did. null if nothing is wrong, or if
   * nothing was done lately.
   */
  trouble(): ArchiveTrouble | null {
    const sinceMs = this.#clock.nowMs() - OUTCOME_MS_MAX;
    const recent = this.#outcomes.filter(({ atMs }) => atMs >= sinceMs);
    const failures = recent.flatMap(({ failure }) => (failure ? [failure] : []));
    const last = failures.at(-1);
    if (!last || (recent.at(-1)?.failure === null && failures.length < recent.length * FAILED_SHARE)) return null;
    const why = last.reason;
    const one = recent.length === 1;
    const reason = one
      ? because('last-transfer', { why })
      : because('last-transfers', { failed: failures.length, all: recent.length, why });
    return { code: last.code, reason };
  }

  async #watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#remember(null);
      return result;
    } catch (error) {
      // Other errors are not the archive's doing: the station stopped the work, or the vault's disk failed.
      if (error instanceof EvidockError && error.side === 'archive') this.#remember(error);
      throw error;
    }
  }

  #remember(failure: EvidockError | null): void {
    this.#outcomes = [...this.#outcomes, { atMs: this.#clock.nowMs(), failure }].slice(-OUTCOMES_MAX);
  }

  put(request: PutRequest): Promise<StoredObject> {
    return this.#watched(() => this.#archive.put(request));
  }

  verify(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }): Promise<'readback' | 'head'> {
    return this.#watched(() => this.#archive.verify(expected, options));
  }

  head(object: ObjectName): Promise<ArchivedObject | null> {
    return this.#watched(() => this.#archive.head(object));
  }

  read(object: ObjectName, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    return this.#watched(() => this.#archive.read(object, range, signal));
  }

  list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    return this.#archive.list(prefix);
  }

  removeLog(key: string, signal?: AbortSignal): Promise<void> {
    return this.#watched(() => this.#archive.removeLog(key, signal));
  }

  abortAbandoned(nowMs: number, olderThanMs: number): Promise<number> {
    return this.#archive.abortAbandoned(nowMs, olderThanMs);
  }

  check(signal?: AbortSignal): Promise<Reason> {
    return this.#archive.check(signal);
  }

  close(): Promise<void> {
    return this.#archive.close();
  }
}
