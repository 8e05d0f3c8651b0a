import { type Capture, groupCaptures } from '#domain/card/captures';
import type { ListedFile } from '#domain/card/listed-file';
import { type NameRules, type OwnerOf, ownersOn, readName } from '#domain/card/names';
import { STATION } from '#domain/custody/actor';
import { ReadAgain } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import { type EvidockError, isFailure } from '#domain/errors';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { Original, Recording } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { RecorderDriver, Volume, VolumeEntry, VolumeRefusal } from '#ports/recorder-driver';
import { withFormerNames } from './bin-records.ts';
import { CardStarts } from './card-starts.ts';
import { withContentKinds } from './content-kinds.ts';
import { countedWith, type FoundOnCard, type ListingCounts } from './found-on-card.ts';
import { relistGrown } from './grown-file.ts';
import type { KnownFiles } from './known-files.ts';
import { ListedEntry } from './listed-entry.ts';
import { markRecording } from './mark-recording.ts';
import { type Circumstances, type Item, insertRecording } from './new-recording.ts';
import { OtherNames } from './other-names.ts';
import { linkPieces, newPieces, type Standing } from './recording-pieces.ts';
import { refusalKey, refuse, refusedSoFar } from './refusals.ts';
import { gapsReadNow } from './second-read.ts';
import { takeUpAgain } from './taken-up-again.ts';
import { ViewLinks } from './view-links.ts';

const ORIGINALS_PER_TRANSACTION = 200;
/** Whoever stands at the dock sees the first file being copied after this long, however slowly the card tells its lengths. */
const WRITE_EVERY_MS = 250;
/** How often a person is told how many files there are, while they are counted. */
const PROGRESS_EVERY_FILES = 20;
/** Time for trying again what earlier dockings could not read: somebody waits for the rest. */
const LOOK_AGAIN_MS_MAX = 20_000;

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly stationId: string;
  readonly timezone: string;
  readonly names: NameRules;
  readonly driver: RecorderDriver;
  readonly docking: Docking;
  /** Clocks that files on the card may still have their times from, oldest first. */
  readonly formerClocks: readonly FormerClock[];
  readonly volume: Volume;
  /** Tells whether a file is the original that it looks like. */
  readonly known: KnownFiles;
  /** By this listing and those before it, if it is not the docking's first. */
  readonly found: FoundOnCard;
  /** Paths of files with gaps of which an earlier listing of this docking has told. */
  readonly gaps: ReadonlySet<string>;
  /** Another listing follows if the device cannot read everything in this one: only the last one says for certain what could not be read. */
  readonly last: boolean;
  /** An original that is on record and not copied yet; `grown`: it is longer than it was when this docking listed it first. */
  readonly toCopy: (original: Original, grown: boolean) => void;
  /** A later docking with this id is at work: files that both have are left to it. */
  readonly takenOver: (dockingId: string) => boolean;
  /** An original with gaps, in an earlier docking as now. */
  readonly onGaps: (original: Original) => void;
  readonly onProgress: (counts: ListingCounts) => void;
}

/**
 * Lists a card whole, and then puts it on record (w02-files-listed) in bounded transactions, the first files while it still works out how the others
 * belong together: segments, sidecars and claims of time are told by the whole card, not by one directory of it.
 */
export class CardListing {
  readonly #options: Options;
  readonly #counts = { files: 0, known: 0, refused: 0, bytes: 0, knownBytes: 0 };
  readonly #before: ListingCounts;
  #listed: ListedFile[] = [];
  #refusals: VolumeRefusal[] = [];
  #unread: VolumeRefusal[] = [];
  #refusedBefore = new Set<string>();
  #captures: Capture[] = [];
  #pendingFiles = 0;
  /** Sealed originals that have the name, size and time of a file on this card, but not its bytes, or whose own bytes are gone. */
  readonly #otherBytes = new Set<string>();
  /** Sealed with gaps. */
  readonly #withGaps: { item: Item; known: Original }[] = [];
  readonly #names: OtherNames;
  #ownerOf: OwnerOf = () => this.#options.docking.recorderSerial;
  /** Recorders whose files lie on this card beside its own. */
  readonly #others = new Set<string>();
  readonly #grown = new Set<string>();
  readonly #views: ViewLinks;
  readonly #starts: CardStarts;
  readonly #circumstances: Omit<Circumstances, 'owner' | 'listed'>;
  #signal: AbortSignal = AbortSignal.abort();

  constructor(options: Options) {
    this.#options = options;
    this.#before = options.found.counts;
    this.#views = new ViewLinks(options.timezone);
    this.#names = new OtherNames({ ...options, ownerOf: (facts) => this.#ownerOf(facts) });
    const hasOtherBytes = ({ id }: Original) => this.#otherBytes.has(id);
    const isOwn = (file: ListedFile) => this.#names.ownerOf(file) === options.docking.recorderSerial;
    this.#starts = new CardStarts({ ...options, hasOtherBytes, isOwn, identity: (file) => this.#names.identityOf(file) });
    this.#circumstances = { ...options, contiguousMs: options.driver.contiguousMs, told: (path) => this.#starts.told(path) };
  }

  /** Returns what is on the card. Throws recorder.unreadable if it could not be listed for certain: what was found is on record nevertheless. */
  async run(signal: AbortSignal): Promise<ListingCounts> {
    this.#signal = signal;
    const { docking, clock, found, known, ledger, last, onProgress } = this.#options;
    this.#refusedBefore = await refusedSoFar(ledger, docking.id);
    const unreadable = await this.#readAll();
    this.#listed = await withFormerNames(this.#listed, this.#options.volume, this.#options.names);
    this.#ownerOf = ownersOn(this.#listed, docking.recorderSerial);
    const isOnRecord = async (file: ListedFile) => (await ledger.originals.find(this.#names.identityOf(file))) !== null;
    this.#listed = await withContentKinds(this.#listed, { volume: this.#options.volume, signal, isOnRecord });
    await known.plan(this.#listed, (file) => this.#names.identityOf(file));
    await this.#recordAll();
    await this.#lookAgain();
    await this.#views.write(
      (body) => this.#inTransaction(body),
      () => clock.nowMs(),
    );
    if (!unreadable || last) await this.#refuseUnread(unreadable ? [...found.unread.values()] : this.#unread);
    if (unreadable) throw unreadable;
    found.counts = { ...this.#counts };
    for (const { path, bytes, mtimeMs } of this.#listed) found.listed.set(path, { bytes, mtimeMs });
    await this.#inTransaction(async (writer) => {
      await writer.dockings.update(docking.id, { listedAtMs: clock.nowMs() });
      await known.conclude(writer);
      await this.#writeCounts(writer, found.counts);
    });
    onProgress(found.counts);
    return found.counts;
  }

  /** Serials of other recorders whose files lie on the card. */
  otherRecorders(): readonly string[] {
    return [...this.#others].sort();
  }

  /** Now it is certain what the device cannot read. */
  async #refuseUnread(unread: readonly VolumeRefusal[]): Promise<void> {
    for (let at = 0; at < unread.length; at += ORIGINALS_PER_TRANSACTION) {
      this.#refusals = unread.slice(at, at + ORIGINALS_PER_TRANSACTION);
      await this.#write();
    }
    this.#options.found.unread.clear();
  }

  /** Returns why parts of the card could not be listed, if so: what was found counts nevertheless, but the card is not listed then. */
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

  /**
   * What could not be read once may be read now, in another slot or by another reader: then the file is taken again, as a recording of its
   * own beside the damaged one. Only the missing places are tried first, so that a card that is still bad costs no time and no second copy.
   */
  async #lookAgain(): Promise<void> {
    const { docking, clock, volume } = this.#options;
    const endMs = performance.now() + LOOK_AGAIN_MS_MAX;
    for (const { item, known } of this.#withGaps) {
      // Tried by the listing before, a moment ago.
      if (this.#options.gaps.has(known.cardPath)) continue;
      if (!(await gapsReadNow(volume, known, { signal: this.#signal, endMs }))) {
        this.#options.onGaps(known);
        continue;
      }
      await this.#starts.prepareFiles([item.file]);
      const fresh = await this.#inTransaction(async (writer) => {
        // Another docking of the same recorder may have been quicker.
        if ((await writer.originals.find(this.#names.identityOf(item.file)))?.id !== known.id) return [];
        const listed = new ListedEntry();
        const owner = this.#names.ownerOf(item.file);
        const before = await writer.recordings.get(known.recordingId);
        const originals = await insertRecording(writer, [item], { ...this.#circumstances, owner, listed }, this.#startOf([item], before));
        await listed.write(writer, docking, clock);
        this.#countKnown(item.file, -1);
        this.#options.found.known.delete(known.id);
        this.#options.found.rechecked.delete(known.id);
        await this.#options.known.write(writer);
        await this.#writeCounts(writer, this.#countedWithBefore());
        const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('recording', known.recordingId) };
        const data = { docking: docking.id, original: known.id, as: originals[0]?.recordingId ?? '' };
        await writer.custody.append(ReadAgain.make({ ...about, data, personal: { cardPath: known.cardPath } }));
        return originals;
      });
      for (const original of fresh) this.#options.toCopy(original, false);
    }
  }

  /** Nothing is written for a recorder that has gone: the files may belong to its next docking by now. */
  #inTransaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#options.ledger.transaction(async (writer) => {
      this.#signal.throwIfAborted();
      const result = await body(writer);
      this.#signal.throwIfAborted();
      return result;
    });
  }

  #startOf(items: readonly Item[], before: Recording | null) {
    const files = items.map(({ file }) => file);
    return this.#starts.startOf(files, before);
  }

  #countKnown(file: VolumeEntry, change: 1 | -1): void {
    this.#counts.known += change;
    this.#counts.knownBytes += change * file.bytes;
  }

  /** Files are counted sooner than they are on record. */
  #showProgress(): void {
    const { files, ...counts } = this.#countedWithBefore();
    this.#options.onProgress({ ...counts, files: Math.max(files, this.#listed.length) });
  }

  #countedWithBefore(): ListingCounts {
    return countedWith(this.#before, this.#counts);
  }

  async #writeCounts(writer: LedgerWriter, { files, known, refused, bytes }: ListingCounts): Promise<void> {
    await writer.dockings.update(this.#options.docking.id, {
      filesListed: files,
      filesKnown: known,
      filesRefused: refused,
      bytesListed: bytes,
    });
  }

  /** What has been decided so far is written every so often, so that copying begins while containers are still being asked for their lengths. */
  async #recordAll(): Promise<void> {
    this.#starts.cardListed(this.#listed, this.#signal);
    let written = performance.now();
    const rules = {
      contiguousMs: this.#options.driver.contiguousMs,
      timezone: this.#options.timezone,
      durationMs: async (file: ListedFile) => (await this.#starts.containerTells(file)).durationMs,
      containerStartMs: async (file: ListedFile) => (await this.#starts.containerTells(file)).containerMs,
    };
    for await (const capture of groupCaptures(this.#listed, rules)) {
      this.#captures.push(capture);
      this.#pendingFiles += capture.segments.length + capture.sidecars.length;
      if (this.#pendingFiles < ORIGINALS_PER_TRANSACTION && performance.now() - written < WRITE_EVERY_MS) continue;
      await this.#write();
      written = performance.now();
    }
    await this.#write();
  }

  async #write(): Promise<void> {
    const captures = this.#captures;
    const refusals = this.#refusals;
    if (captures.length === 0 && refusals.length === 0) return;
    this.#captures = [];
    this.#refusals = [];
    this.#pendingFiles = 0;
    const { faults, docking, clock, found } = this.#options;
    const fresh: Original[] = [];
    const replaced: string[] = [];
    for (const { segments, sidecars } of captures) this.#names.belongTogether([...segments, ...sidecars]);
    await this.#compareKnown(captures);
    await this.#starts.prepare(captures);
    await this.#inTransaction(async (writer) => {
      for (const refusal of refusals) {
        this.#counts.refused += 1;
        if (!this.#refusedBefore.has(refusalKey(refusal))) await refuse(writer, docking.id, refusal, clock.nowMs());
      }
      const listed = new ListedEntry();
      for (const capture of captures) fresh.push(...(await this.#record(writer, capture, { replaced, listed })));
      await listed.write(writer, docking, clock);
      await this.#options.known.write(writer);
      await this.#writeCounts(writer, this.#countedWithBefore());
    });
    this.#options.known.written();
    for (const id of replaced) found.replaced.add(id);
    found.counts = this.#countedWithBefore();
    faults.reached('w02-files-listed');
    this.#showProgress();
    for (const original of fresh) this.#options.toCopy(original, this.#grown.has(original.id));
  }

  /** Before the transaction: reading a card takes its time. */
  async #compareKnown(captures: readonly Capture[]): Promise<void> {
    const looksLike: Original[] = [];
    for (const { segments, sidecars } of captures) {
      const marked = segments.some(({ facts }) => facts.important);
      for (const file of [...segments, ...sidecars]) {
        const known = (await this.#options.ledger.originals.find(this.#names.identityOf(file))) ?? (await this.#names.find(file, marked));
        if (known) looksLike.push({ ...known, cardPath: file.path });
      }
    }
    for (const id of await this.#options.known.compare(looksLike, this.#signal)) this.#otherBytes.add(id);
  }

  /**
   * What of a capture is not on record yet becomes a recording; what is, goes on where it was, and both tell that they belong together. Returns what has to
   * be copied.
   */
  async #record(
    writer: LedgerWriter,
    capture: Capture,
    { replaced, listed }: { replaced: string[]; listed: ListedEntry },
  ): Promise<Original[]> {
    const { docking, found, clock } = this.#options;
    const toCopy: Original[] = [];
    const standing = new Map<ListedFile, Standing>();
    const all = [
      ...capture.segments.map((file) => ({ file, role: 'segment' as const })),
      ...capture.sidecars.map((file) => ({ file, role: 'sidecar' as const })),
    ];
    for (const item of all) {
      const { file } = item;
      this.#counts.files += 1;
      this.#counts.bytes += file.bytes;
      const known = await writer.originals.find(this.#names.identityOf(file));
      // Put on record by an earlier listing of this docking.
      if (known && found.replaced.has(known.id)) continue;
      if (known && this.#otherBytes.has(known.id)) replaced.push(known.id);
      else if (known && this.#names.wasMarkedLater(file.path)) await markRecording(writer, known, file, { docking, nowMs: clock.nowMs() });
      const grown = known ? null : await relistGrown(writer, this.#names.identityOf(file), this.#options);
      if (grown) {
        this.#grown.add(grown.id);
        toCopy.push(grown);
      }
      standing.set(file, grown?.recordingId ?? (known && !this.#otherBytes.has(known.id) ? known.recordingId : null));
      if (!known || this.#otherBytes.has(known.id)) continue;
      if (known.state === 'sealed') {
        // What this docking itself has sealed, before its listing had to begin again, counts there.
        if (known.dockingId !== docking.id) this.#countKnown(file, 1);
        if (known.gaps.length > 0 && known.dockingId !== docking.id)
          this.#withGaps.push({ item, known: { ...known, cardPath: file.path } });
      } else if (!this.#options.takenOver(known.dockingId)) {
        // What was read already keeps the name under which it was.
        const cardPath = known.state === 'listed' ? file.path : known.cardPath;
        const awaited = await takeUpAgain(writer, known, { docking, nowMs: clock.nowMs() });
        if (known.dockingId !== docking.id || known.cardPath !== cardPath) {
          await writer.originals.moveToDocking(known.id, docking.id, cardPath);
          listed.addAgain(known.id, cardPath);
        }
        if (known.state === 'listed') toCopy.push({ ...awaited, dockingId: docking.id, cardPath });
      }
    }
    const [first] = all;
    const owner = first ? this.#names.ownerOf(first.file) : docking.recorderSerial;
    if (owner !== docking.recorderSerial) this.#others.add(owner);
    for (const piece of newPieces(capture, standing)) {
      const originals = await insertRecording(
        writer,
        piece,
        { ...this.#circumstances, owner, listed },
        this.#startOf(piece, null),
        capture.notes,
      );
      const fresh = originals[0]?.recordingId ?? null;
      for (const { file } of piece) standing.set(file, fresh);
      if (fresh !== null) this.#views.addFresh(fresh);
      toCopy.push(...originals);
    }
    this.#views.add(capture.segments, owner, standing);
    await linkPieces(writer, capture, standing, this.#options.clock.nowMs());
    return toCopy;
  }
}
