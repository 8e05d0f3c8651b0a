import { putNote } from '#desk/ledger-heads';
import { asEvidockError } from '#domain/errors';
import { archivedHeadKey, headBytes, type LedgerHead } from '#domain/vault/ledger-head';
import { type Log, ledgerHead, ledgerHeadFailed } from '#events';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';

/** How old the note in the vault may become, and below it that in log and archive, ms. */
const VAULT_MS = 5000;
const FAR_MS = 3_600_000;
const ARCHIVE_MS_MAX = 60_000;

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly archive: Archive | null;
  readonly stationId: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Notes the newest custody entry outside the ledger: in the vault every few seconds, in the log and the archive every hour, and everywhere at the end. An entry
 * is noted only after it is durable, so a ledger that nobody touched is never behind its notes.
 */
export class HeadKeeper {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #kept = -1;
  #told = -1;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** Places that could not be written. Each is reported once, until it can be written again. */
  readonly #failing = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Begins to write notes at intervals. */
  start(): void {
    this.#timer = setInterval(() => void this.keep(), VAULT_MS);
    this.#timer.unref();
    void this.keep();
  }

  /** Writes the notes that are due, one call at a time. Never rejects, because footage comes in also where a note cannot be written. */
  keep(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#keep(this.#timer !== undefined));
    return this.#turn;
  }

  async #keep(far: boolean): Promise<void> {
    const { ledger, vault, stationId, clock, log } = this.#options;
    let head: LedgerHead | null = null;
    await this.#into('ledger', async () => {
      const newest = await ledger.custody.head();
      head = newest ? { station: stationId, ...newest } : null;
    });
    const newest = head as LedgerHead | null;
    if (!newest) return;
    if (newest.seq > this.#kept) {
      await this.#into('vault', async () => {
        await vault.keepLedgerHead(headBytes(newest));
        this.#kept = newest.seq;
      });
    }
    if (!far || newest.seq === this.#told || clock.nowMs() - this.#toldAtMs < FAR_MS) return;
    this.#told = newest.seq;
    this.#toldAtMs = clock.nowMs();
    ledgerHead(log, { seq: newest.seq, hash: newest.hash });
    await this.#into('archive', () => this.#archive(newest));
  }

  async #archive(head: LedgerHead): Promise<void> {
    const bytes = headBytes(head);
    const { archive } = this.#options;
    if (archive) await putNote(archive, { key: archivedHeadKey(head), bytes, signal: AbortSignal.timeout(ARCHIVE_MS_MAX) });
  }

  async #into(place: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#failing.delete(place);
    } catch (error) {
      if (!this.#failing.has(place)) ledgerHeadFailed(this.#options.log, { place }, asEvidockError(error));
      this.#failing.add(place);
    }
  }

  /** Stops, and notes once more what came since the last time. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.keep();
  }
}
