import { type Capture, groupCaptures } from '#domain/card/captures';
import type { ListedFile } from '#domain/card/listed-file';
import { type NameRules, type OwnerOf, ownersOn, readName } from '#domain/card/names';
import { type EvidockError, isFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { FaultPoints } from '#ports/fault-points';
import type { LedgerWriter } from '#ports/ledger';
import type { VolumeRefusal } from '#ports/recorder-driver';
import { withFormerNames } from './bin-records.ts';
import { withContentKinds } from './content-kinds.ts';
import type { ListingCounts } from './found-on-card.ts';
import { type CaptureOptions, ListedCaptures } from './listed-captures.ts';
import { ListedEntry } from './listed-entry.ts';
import { ListingTally, writeCounts } from './listing-tally.ts';
import { refusalKey, refuse, refusedSoFar } from './refusals.ts';
import { retryGaps } from './retry-gaps.ts';

const ORIGINALS_PER_TRANSACTION = 200;
/** What is decided is written this often, so that people soon see the first file being copied, however slowly the card tells its lengths. */
const WRITE_EVERY_MS = 250;
/** While files are counted, their number is shown after so many more. */
const PROGRESS_EVERY_FILES = 20;
interface Options extends CaptureOptions {
  readonly faults: FaultPoints;
  readonly names: NameRules;
  /** Paths of files with gaps that an earlier listing of this docking has reported. */
  readonly gaps: ReadonlySet<string>;
  /** False: another listing follows if the device cannot read everything in this one. Only the last listing says for certain what could not be read. */
  readonly last: boolean;
  /** Called with an original that is on record and not copied yet. `grown`: its file is longer than when this docking listed it first. */
  readonly toCopy: (original: Original, grown: boolean) => void;
  /** Called with an original that had gaps in an earlier docking and still has them. */
  readonly onGaps: (original: Original) => void;
  readonly onProgress: (counts: ListingCounts) => void;
}

/**
 * Reads the names of the whole card and then records its files (w02-files-listed) in bounded transactions. The whole card is needed, because segments, sidecars
 * and claims of time may lie in several directories. The first files are on record while it is still decided how the others belong together.
 */
export class CardListing {
  readonly #options: Options;
  readonly #tally: ListingTally;
  readonly #captures: ListedCaptures;
  #listed: ListedFile[] = [];
  #refusals: VolumeRefusal[] = [];
  #unread: VolumeRefusal[] = [];
  #refusedBefore = new Set<string>();
  #pending: Capture[] = [];
  #pendingFiles = 0;
  #ownerOf: OwnerOf = () => this.#options.docking.recorderSerial;
  #signal: AbortSignal = AbortSignal.abort();

  constructor(options: Options) {
    this.#options = options;
    this.#tally = new ListingTally(options.found.counts);
    this.#captures = new ListedCaptures({ ...options, tally: this.#tally, ownerOf: (facts) => this.#ownerOf(facts) });
  }

  /**
   * Returns what is on the card. Throws recorder.unreadable if the card could not be listed for certain; the files that were found are on record nevertheless.
   */
  async run(signal: AbortSignal): Promise<ListingCounts> {
    this.#signal = signal;
    const { docking, clock, found, known, ledger, last, onProgress } = this.#options;
    this.#refusedBefore = await refusedSoFar(ledger, docking.id);
    const unreadable = await this.#readAll();
    this.#listed = await withFormerNames(this.#listed, this.#options.volume, this.#options.names);
    this.#ownerOf = ownersOn(this.#listed, docking.recorderSerial);
    const isOnRecord = async (file: ListedFile) => (await ledger.originals.find(this.#captures.names.identityOf(file))) !== null;
    this.#listed = await withContentKinds(this.#listed, { volume: this.#options.volume, signal, isOnRecord });
    await known.plan(this.#listed, (file) => this.#captures.names.identityOf(file));
    await this.#recordAll();
    await this.#retryGaps();
    await this.#captures.views.write(
      (body) => this.#inTransaction(body),
      () => clock.nowMs(),
    );
    if (!unreadable || last) await this.#refuseUnread(unreadable ? [...found.unread.values()] : this.#unread);
    if (unreadable) throw unreadable;
    found.counts = this.#tally.own();
    for (const { path, bytes, mtimeMs } of this.#listed) found.listed.set(path, { bytes, mtimeMs });
    await this.#inTransaction(async (writer) => {
      await writer.dockings.update(docking.id, { listedAtMs: clock.nowMs() });
      await known.conclude(writer);
      await writeCounts(writer, docking.id, found.counts);
    });
    known.concluded();
    onProgress(found.counts);
    return found.counts;
  }

  /** Serials of other recorders whose files lie on the card. */
  otherRecorders(): readonly string[] {
    return this.#captures.otherRecorders();
  }

  #retryGaps(): Promise<void> {
    const { toCopy, ...rest } = this.#options;
    const own = { captures: this.#captures, tally: this.#tally, signal: this.#signal };
    const inTransaction = <T>(body: (writer: LedgerWriter) => Promise<T>) => this.#inTransaction(body);
    return retryGaps({ ...rest, ...own, inTransaction, toCopy: (original) => toCopy(original, false) });
  }

  /** Records the entries that the device could not read, when no other listing follows. */
  async #refuseUnread(unread: readonly VolumeRefusal[]): Promise<void> {
    for (let at = 0; at < unread.length; at += ORIGINALS_PER_TRANSACTION) {
      this.#refusals = unread.slice(at, at + ORIGINALS_PER_TRANSACTION);
      await this.#write();
    }
    this.#options.found.unread.clear();
  }

  /**
   * Reads all names. Returns why parts of the card could not be listed, or null. In the first case the files found count, but the card does not count as
   * listed.
   */
  async #readAll(): Promise<EvidockError | null> {
    try {
      for await (const item of this.#options.volume.list(this.#signal)) {
        if ('code' in item) this.#refuse(item);
        else this.#listed.push({ ...item, facts: readName(item.path, this.#options.names) });
        if (this.#listed.length % PROGRESS_EVERY_FILES === 0) this.#showProgress();
        if (this.#refusals.length >= ORIGINALS_PER_TRANSACTION) await this.#write();
      }
      return null;
    } catch (error) {
      if (isFailure(error, 'recorder.unreadable')) return error;
      throw error;
    }
  }

  #refuse(refusal: VolumeRefusal): void {
    if (refusal.code !== 'recorder.unreadable') return void this.#refusals.push(refusal);
    this.#unread.push(refusal);
    this.#options.found.unread.set(refusal.path, refusal);
  }

  /** Runs `body` in a transaction, but not for a recorder that has gone: its files may belong to its next docking by now. */
  #inTransaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#options.ledger.transaction(async (writer) => {
      this.#signal.throwIfAborted();
      const result = await body(writer);
      this.#signal.throwIfAborted();
      return result;
    });
  }

  /** Shows how many files are counted, which is known before they are on record. */
  #showProgress(): void {
    const { files, ...counts } = this.#tally.soFar();
    this.#options.onProgress({ ...counts, files: Math.max(files, this.#listed.length) });
  }

  /**
   * Decides and records all files. What is decided is written every so often, so that copying begins while containers are still being read for their lengths.
   */
  async #recordAll(): Promise<void> {
    this.#captures.starts.cardListed(this.#listed, this.#signal);
    let written = performance.now();
    const rules = {
      contiguousMs: this.#options.driver.contiguousMs,
      timezone: this.#options.timezone,
      durationMs: async (file: ListedFile) => (await this.#captures.starts.containerTells(file)).durationMs,
      containerStartMs: async (file: ListedFile) => (await this.#captures.starts.containerTells(file)).containerMs,
    };
    for await (const capture of groupCaptures(this.#listed, rules)) {
      this.#pending.push(capture);
      this.#pendingFiles += capture.segments.length + capture.sidecars.length;
      if (this.#pendingFiles < ORIGINALS_PER_TRANSACTION && performance.now() - written < WRITE_EVERY_MS) continue;
      await this.#write();
      written = performance.now();
    }
    await this.#write();
  }

  async #write(): Promise<void> {
    const pending = this.#pending;
    const refusals = this.#refusals;
    if (pending.length === 0 && refusals.length === 0) return;
    this.#pending = [];
    this.#refusals = [];
    this.#pendingFiles = 0;
    const { faults, docking, clock, found } = this.#options;
    const fresh: Original[] = [];
    const replaced: string[] = [];
    const captures = this.#captures;
    for (const { segments, sidecars } of pending) captures.names.belongTogether([...segments, ...sidecars]);
    await captures.compareKnown(pending, this.#signal);
    await captures.starts.prepare(pending);
    await this.#inTransaction(async (writer) => {
      for (const refusal of refusals) {
        this.#tally.addRefused();
        if (!this.#refusedBefore.has(refusalKey(refusal))) await refuse(writer, docking.id, refusal, clock.nowMs());
      }
      const listed = new ListedEntry();
      for (const capture of pending) fresh.push(...(await captures.record(writer, capture, { replaced, listed })));
      await listed.write(writer, docking, clock);
      await this.#options.known.write(writer);
      await writeCounts(writer, docking.id, this.#tally.soFar());
    });
    this.#options.known.written();
    for (const id of replaced) found.replaced.add(id);
    found.counts = this.#tally.soFar();
    faults.reached('w02-files-listed');
    this.#showProgress();
    for (const original of fresh) this.#options.toCopy(original, captures.grown.has(original.id));
  }
}
