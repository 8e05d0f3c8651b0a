import { type Capture, groupCaptures, type ListedFile } from '#domain/captures';
import { type CompiledPattern, readCardPath } from '#domain/card-facts';
import type { Docking } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { movieDurationMs } from '#domain/iso-bmff';
import type { Original } from '#domain/recording';
import { claimedToMs, msToClaimed } from '#domain/station-time';
import { originalKey } from '#domain/vault-key';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter, NewRecording } from '#ports/ledger';
import type { Volume, VolumeEntry, VolumeRefusal } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';
import { isKept } from './known-file.ts';
import { OtherNames } from './other-names.ts';
import { gapsReadNow } from './second-read.ts';

const ORIGINALS_PER_TRANSACTION = 200;
/** Time for trying again what earlier dockings could not read: somebody waits for the rest. */
const LOOK_AGAIN_MS_MAX = 20_000;

interface Item {
  readonly file: ListedFile;
  readonly role: 'segment' | 'sidecar';
}

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly stationId: string;
  readonly timezone: string;
  readonly patterns: readonly CompiledPattern[];
  readonly contiguousMs: number;
  readonly docking: Docking;
  readonly volume: Volume;
  readonly vault: VaultReader;
  /** An original that is on record and not copied yet. */
  readonly toCopy: (original: Original) => void;
  /** A later docking with this id is at work: files that both have are left to it. */
  readonly takenOver: (dockingId: string) => boolean;
  /** An original with places that cannot be read, in an earlier docking as now. */
  readonly onGaps: (original: Original) => void;
  readonly onProgress: (counts: ListingCounts) => void;
}

export interface ListingCounts {
  files: number;
  known: number;
  refused: number;
  bytes: number;
  /** Of the known files. */
  knownBytes: number;
}

/** Lists a card and puts it on record while it is being listed (write 2): directory by directory, in bounded transactions. */
export class CardListing {
  readonly #o: Options;
  readonly counts: ListingCounts = { files: 0, known: 0, refused: 0, bytes: 0, knownBytes: 0 };
  readonly #open = new Map<string, ListedFile[]>();
  #refusals: VolumeRefusal[] = [];
  #captures: Capture[] = [];
  #pendingFiles = 0;
  /** Sealed originals that have the name, size and time of a file on this card, but not its bytes, or whose own bytes are gone. */
  readonly #otherBytes = new Set<string>();
  /** Sealed with places that could not be read. */
  readonly #withGaps: { item: Item; known: Original }[] = [];
  readonly #names: OtherNames;
  #signal: AbortSignal = AbortSignal.abort();

  constructor(options: Options) {
    this.#o = options;
    this.#names = new OtherNames(options);
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const unreadable = await this.#readAll();
    for (const directory of [...this.#open.keys()]) await this.#close(directory);
    await this.#write();
    await this.#lookAgain();
    if (unreadable) throw unreadable;
    const { docking, clock } = this.#o;
    await this.#inTransaction((writer) => writer.updateDocking(docking.id, { listedAtMs: clock.nowMs() }));
  }

  /** Returns why parts of the card could not be listed, if so: what was found counts nevertheless, but the card is not listed then. */
  async #readAll(): Promise<EvidockError | null> {
    try {
      for await (const item of this.#o.volume.list(this.#signal)) {
        if ('code' in item) this.#refusals.push(item);
        else {
          await this.#closeDirectoriesBefore(directoryOf(item.path));
          this.#add(item);
        }
        if (this.#refusals.length >= ORIGINALS_PER_TRANSACTION) await this.#write();
      }
      return null;
    } catch (error) {
      if (error instanceof EvidockError && error.code === 'recorder.unreadable') return error;
      throw error;
    }
  }

  /**
   * What could not be read once may be read now, in another slot or by another reader: then the file is taken again, as a recording of its
   * own beside the damaged one. Only the missing places are tried first, so that a card that is still bad costs no time and no second copy.
   */
  async #lookAgain(): Promise<void> {
    const { docking, clock, volume } = this.#o;
    const endMs = performance.now() + LOOK_AGAIN_MS_MAX;
    for (const { item, known } of this.#withGaps) {
      if (!(await gapsReadNow(volume, known, { signal: this.#signal, endMs }))) {
        this.#o.onGaps(known);
        continue;
      }
      const fresh = await this.#inTransaction(async (writer) => {
        // Another docking of the same recorder may have been quicker.
        if ((await writer.findOriginal(this.#identity(item.file)))?.id !== known.id) return [];
        const originals = await this.#newRecording(writer, [item]);
        this.#countKnown(item.file, -1);
        await this.#writeCounts(writer);
        const data = { docking: docking.id, original: known.id, cardPath: known.cardPath, as: originals[0]?.recordingId ?? '' };
        const entry = { atMs: clock.nowMs(), actor: 'station', subject: known.recordingId, data };
        await writer.appendCustody({ type: 'recording.read-again', ...entry });
        return originals;
      });
      for (const original of fresh) this.#o.toCopy(original);
    }
  }

  /** Nothing is written for a recorder that has gone: the files may belong to its next docking by now. */
  #inTransaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    return this.#o.ledger.transaction(async (writer) => {
      this.#signal.throwIfAborted();
      const result = await body(writer);
      this.#signal.throwIfAborted();
      return result;
    });
  }

  #identity({ path, bytes, mtimeMs }: VolumeEntry) {
    return { recorderSerial: this.#o.docking.recorderSerial, cardPath: this.#names.onRecord(path), bytes, mtimeMs };
  }

  #countKnown(file: VolumeEntry, change: 1 | -1): void {
    this.counts.known += change;
    this.counts.knownBytes += change * file.bytes;
  }

  async #writeCounts(writer: LedgerWriter): Promise<void> {
    const { files, known, refused, bytes } = this.counts;
    await writer.updateDocking(this.#o.docking.id, { filesListed: files, filesKnown: known, filesRefused: refused, bytesListed: bytes });
  }

  #add(entry: VolumeEntry): void {
    const directory = directoryOf(entry.path);
    const facts = readCardPath(entry.path, this.#o.patterns);
    const files = this.#open.get(directory);
    if (files) files.push({ ...entry, facts });
    else this.#open.set(directory, [{ ...entry, facts }]);
  }

  /** A directory is whole when the listing has left it and does not come back: then its captures are known. */
  async #closeDirectoriesBefore(current: string): Promise<void> {
    for (const directory of [...this.#open.keys()]) {
      const inside = directory === '' || current === directory || current.startsWith(`${directory}/`);
      if (!inside) await this.#close(directory);
    }
  }

  async #close(directory: string): Promise<void> {
    const files = this.#open.get(directory) ?? [];
    this.#open.delete(directory);
    const captures = await groupCaptures(files, {
      contiguousMs: this.#o.contiguousMs,
      claimedMs: (claimed) => claimedToMs(claimed, this.#o.timezone),
      durationMs: (file) => this.#durationMs(file),
    });
    for (const capture of captures) {
      this.#captures.push(capture);
      this.#pendingFiles += capture.segments.length + capture.sidecars.length;
      if (this.#pendingFiles >= ORIGINALS_PER_TRANSACTION) await this.#write();
    }
    await this.#write();
  }

  /** A file whose head cannot be read says nothing of its length; that it cannot be read, its copy will tell. The listing must go on. */
  async #durationMs(file: ListedFile): Promise<number | null> {
    try {
      return await this.#readDurationMs(file);
    } catch (error) {
      if (error instanceof EvidockError && error.side === 'recorder' && error.code !== 'recorder.removed') return null;
      throw error;
    }
  }

  async #readDurationMs(file: ListedFile): Promise<number | null> {
    const opened = await this.#o.volume.open(file.path);
    try {
      const readAt = async (position: number, length: number) => {
        const target = new Uint8Array(length);
        return target.subarray(0, await opened.read(target, position));
      };
      return await movieDurationMs(readAt, file.bytes);
    } finally {
      await opened.close();
    }
  }

  async #write(): Promise<void> {
    const captures = this.#captures;
    const refusals = this.#refusals;
    if (captures.length === 0 && refusals.length === 0) return;
    this.#captures = [];
    this.#refusals = [];
    this.#pendingFiles = 0;
    const { faults } = this.#o;
    const fresh: Original[] = [];
    for (const capture of captures) await this.#compareKnown([...capture.segments, ...capture.sidecars]);
    await this.#inTransaction(async (writer) => {
      for (const refusal of refusals) await this.#refuse(writer, refusal);
      for (const capture of captures) fresh.push(...(await this.#record(writer, capture)));
      await this.#writeCounts(writer);
    });
    faults.reached('w02-files-listed');
    this.#o.onProgress(this.counts);
    for (const original of fresh) this.#o.toCopy(original);
  }

  /** Before the transaction: reading a card takes its time. */
  async #compareKnown(files: readonly ListedFile[]): Promise<void> {
    const { ledger, vault, volume, docking } = this.#o;
    for (const file of files) {
      const known = (await ledger.findOriginal(this.#identity(file))) ?? (await this.#names.find(file));
      if (known?.state !== 'sealed' || known.dockingId === docking.id) continue;
      if (!(await isKept({ ...known, cardPath: file.path }, vault, volume))) this.#otherBytes.add(known.id);
    }
  }

  async #refuse(writer: LedgerWriter, refusal: VolumeRefusal): Promise<void> {
    const atMs = this.#o.clock.nowMs();
    this.counts.refused += 1;
    await writer.insertRefusal({ dockingId: this.#o.docking.id, cardPath: refusal.path, code: refusal.code, detail: refusal.detail, atMs });
    const data = { cardPath: refusal.path, code: refusal.code, detail: refusal.detail };
    await writer.appendCustody({ type: 'file.refused', atMs, actor: 'station', subject: this.#o.docking.id, data });
  }

  /** What of a capture is not on record yet becomes one recording; what is, goes on where it was. Returns what has to be copied. */
  async #record(writer: LedgerWriter, capture: Capture): Promise<Original[]> {
    const { docking } = this.#o;
    const toCopy: Original[] = [];
    const unknown: Item[] = [];
    const all = [
      ...capture.segments.map((file) => ({ file, role: 'segment' as const })),
      ...capture.sidecars.map((file) => ({ file, role: 'sidecar' as const })),
    ];
    for (const item of all) {
      const { file } = item;
      this.counts.files += 1;
      this.counts.bytes += file.bytes;
      const known = await writer.findOriginal(this.#identity(file));
      if (!known || this.#otherBytes.has(known.id)) unknown.push(item);
      else if (known.state === 'sealed') {
        // What this docking itself has sealed, before its listing had to begin again, counts there.
        if (known.dockingId !== docking.id) this.#countKnown(file, 1);
        if (known.unreadable.length > 0 && known.dockingId !== docking.id)
          this.#withGaps.push({ item, known: { ...known, cardPath: file.path } });
      } else if (!this.#o.takenOver(known.dockingId)) {
        // What was read already keeps the name under which it was.
        const cardPath = known.state === 'listed' ? file.path : known.cardPath;
        await writer.moveOriginal(known.id, docking.id, cardPath);
        if (known.state === 'listed') toCopy.push({ ...known, dockingId: docking.id, cardPath });
      }
    }
    if (unknown.length > 0) toCopy.push(...(await this.#newRecording(writer, unknown)));
    return toCopy;
  }

  async #newRecording(writer: LedgerWriter, items: readonly Item[]): Promise<Original[]> {
    const { docking, clock, stationId } = this.#o;
    const nowMs = clock.nowMs();
    const first = items[0]?.file;
    if (!first) return [];
    const recordingId = newId('rec', nowMs, stationId);
    const important = items.some(({ file }) => file.facts.important === true);
    const officer = await this.#officer(
      writer,
      items.map(({ file }) => file),
    );
    const time = this.#time(items.map(({ file }) => file));
    const recording: NewRecording = {
      id: recordingId,
      dockingId: docking.id,
      recorderSerial: docking.recorderSerial,
      kind: first.facts.kind,
      officerId: officer.id,
      officerSource: officer.source,
      category: null,
      important,
      claimedStart: time.claimedStart,
      claimedFrom: time.claimedFrom,
      startMs: time.startMs,
      clockOffsetMs: docking.clockOffsetMs,
      originalCount: items.length,
      createdAtMs: nowMs,
    };
    await writer.insertRecording(recording);
    const originals = items.map(({ file, role }, place): Original => {
      return {
        id: newId('org', nowMs, stationId),
        recordingId,
        dockingId: docking.id,
        recorderSerial: docking.recorderSerial,
        role,
        index: place + 1,
        kind: file.facts.kind,
        cardPath: file.path,
        bytes: file.bytes,
        mtimeMs: file.mtimeMs,
        important,
        vaultKey: originalKey(recordingId, place + 1, file.path),
        state: 'listed',
        digests: null,
        unreadable: [],
        sourceReread: null,
        duplicateOf: null,
        copiedAtMs: null,
        sealedAtMs: null,
      };
    });
    for (const original of originals) await writer.insertOriginal(original);
    return originals;
  }

  async #officer(
    writer: LedgerWriter,
    files: readonly ListedFile[],
  ): Promise<{ id: string | null; source: 'file-name' | 'assignment' | null }> {
    const named = files.find((file) => file.facts.officerId !== undefined)?.facts.officerId;
    if (named !== undefined) return { id: named, source: 'file-name' };
    const assigned = (await writer.recorder(this.#o.docking.recorderSerial))?.assignedOfficerId ?? null;
    return { id: assigned, source: assigned === null ? null : 'assignment' };
  }

  #time(files: readonly ListedFile[]): Pick<NewRecording, 'claimedStart' | 'claimedFrom' | 'startMs'> {
    const named = files.flatMap((file) => file.facts.claimedStart ?? []).sort()[0];
    const first = files[0];
    const claimed = named ?? (first ? msToClaimed(first.mtimeMs, this.#o.timezone) : null);
    if (claimed === null) return { claimedStart: null, claimedFrom: null, startMs: null };
    const ms = claimedToMs(claimed, this.#o.timezone);
    const startMs = Number.isFinite(ms) ? ms + (this.#o.docking.clockOffsetMs ?? 0) : null;
    return { claimedStart: claimed, claimedFrom: named === undefined ? 'mtime' : 'file-name', startMs };
  }
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
