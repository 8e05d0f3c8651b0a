import type { Capture } from '#domain/card/captures';
import type { ListedFile } from '#domain/card/listed-file';
import type { OwnerOf } from '#domain/card/names';
import type { Docking } from '#domain/docking';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { Original, Recording } from '#domain/recording';
import type { StartDecision } from '#domain/start/claims';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';
import { CardStarts } from './card-starts.ts';
import type { FoundOnCard } from './found-on-card.ts';
import { relistGrown } from './grown-file.ts';
import type { KnownFiles } from './known-files.ts';
import type { ListedEntry } from './listed-entry.ts';
import type { ListingTally } from './listing-tally.ts';
import { markRecording } from './mark-recording.ts';
import { type Circumstances, type Item, insertRecording } from './new-recording.ts';
import { OtherNames } from './other-names.ts';
import { linkPieces, newPieces, type Standing } from './recording-pieces.ts';
import { takeUpAgain } from './taken-up-again.ts';
import { ViewLinks } from './view-links.ts';

export interface CaptureOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly stationId: string;
  readonly timezone: string;
  readonly driver: RecorderDriver;
  readonly docking: Docking;
  /** Clocks that the recorder had before and that may have given files on the card their times, oldest first. */
  readonly formerClocks: readonly FormerClock[];
  readonly volume: Volume;
  /** Tells whether a file is the original that it looks like. */
  readonly known: KnownFiles;
  /** What this listing and the docking's earlier ones have found. */
  readonly found: FoundOnCard;
  /** Whether a later docking with this id is at work: files that both have are left to it. */
  readonly takenOver: (dockingId: string) => boolean;
}

/** Records the captures of one listing: which of their files are known, go on from an earlier docking, have grown, or are new. */
export class ListedCaptures {
  readonly names: OtherNames;
  readonly starts: CardStarts;
  readonly views: ViewLinks;
  readonly circumstances: Omit<Circumstances, 'owner' | 'listed'>;
  /** Known files that earlier dockings have sealed with gaps. */
  readonly withGaps: { item: Item; known: Original }[] = [];
  /** Ids of originals whose files have grown since this docking listed them first. */
  readonly grown = new Set<string>();
  readonly #options: CaptureOptions & { readonly tally: ListingTally };
  /** Ids of sealed originals with name, size and time of a file on this card, but with other bytes, or whose own bytes are lost. */
  readonly #otherBytes = new Set<string>();
  /** Serials of other recorders whose files lie on this card. */
  readonly #others = new Set<string>();

  /** `ownerOf`: the recorder to which files with such a name belong, as the whole card tells. */
  constructor(options: CaptureOptions & { readonly tally: ListingTally; readonly ownerOf: OwnerOf }) {
    this.#options = options;
    this.views = new ViewLinks(options.timezone);
    this.names = new OtherNames(options);
    const hasOtherBytes = ({ id }: Original) => this.#otherBytes.has(id);
    const isOwn = (file: ListedFile) => this.names.ownerOf(file) === options.docking.recorderSerial;
    this.starts = new CardStarts({ ...options, hasOtherBytes, isOwn, identity: (file) => this.names.identityOf(file) });
    this.circumstances = { ...options, contiguousMs: options.driver.contiguousMs, told: (path) => this.starts.told(path) };
  }

  /** Serials of other recorders whose files lie on the card. */
  otherRecorders(): readonly string[] {
    return [...this.#others].sort();
  }

  startOf(items: readonly Item[], before: Recording | null): StartDecision {
    return this.starts.startOf(
      items.map(({ file }) => file),
      before,
    );
  }

  /** Compares the files that look known. Called before the transaction, because reading a card takes time. */
  async compareKnown(captures: readonly Capture[], signal: AbortSignal): Promise<void> {
    const looksLike: Original[] = [];
    for (const { segments, sidecars } of captures) {
      const marked = segments.some(({ facts }) => facts.important);
      for (const file of [...segments, ...sidecars]) {
        const known = (await this.#options.ledger.originals.find(this.names.identityOf(file))) ?? (await this.names.find(file, marked));
        if (known) looksLike.push({ ...known, cardPath: file.path });
      }
    }
    for (const id of await this.#options.known.compare(looksLike, signal)) this.#otherBytes.add(id);
  }

  /**
   * Makes recordings of the files of a capture that are not on record yet. Files that are on record go on where they were, and both recordings are linked.
   * Returns the originals to copy.
   */
  async record(
    writer: LedgerWriter,
    capture: Capture,
    { replaced, listed }: { replaced: string[]; listed: ListedEntry },
  ): Promise<Original[]> {
    const { docking, found, clock, tally } = this.#options;
    const { names, views } = this;
    const toCopy: Original[] = [];
    const standing = new Map<ListedFile, Standing>();
    /** By file: the recording that was disposed of, and that a hold covers. */
    const heldBefore = new Map<ListedFile, string>();
    const all = [
      ...capture.segments.map((file) => ({ file, role: 'segment' as const })),
      ...capture.sidecars.map((file) => ({ file, role: 'sidecar' as const })),
    ];
    for (const item of all) {
      const { file } = item;
      tally.addFile(file);
      const known = await writer.originals.find(names.identityOf(file));
      // An earlier listing of this docking has recorded the file as a new one.
      if (known && found.replaced.has(known.id)) continue;
      const gone = known ? found.disposed.get(known.id) : undefined;
      if (gone?.held) heldBefore.set(file, gone.recordingId);
      if (known && this.#otherBytes.has(known.id)) replaced.push(known.id);
      else if (known && names.wasMarkedLater(file.path) && !gone)
        await markRecording(writer, known, file, { docking, nowMs: clock.nowMs() });
      const grown = known ? null : await relistGrown(writer, names.identityOf(file), this.#options);
      if (grown) {
        this.grown.add(grown.id);
        toCopy.push(grown);
      }
      standing.set(file, grown?.recordingId ?? (known && !this.#otherBytes.has(known.id) ? known.recordingId : null));
      if (!known || this.#otherBytes.has(known.id)) continue;
      if (known.state === 'sealed') {
        // A file that this docking itself has sealed, before its listing began again, does not count as known.
        if (known.dockingId !== docking.id) tally.addKnown(file, 1);
        // Reading its gaps again would take in what was disposed of.
        if (known.gaps.length > 0 && known.dockingId !== docking.id && !gone)
          this.withGaps.push({ item, known: { ...known, cardPath: file.path } });
      } else if (!this.#options.takenOver(known.dockingId)) {
        // An original that was copied keeps the path under which it was read.
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
    const owner = first ? names.ownerOf(first.file) : docking.recorderSerial;
    if (owner !== docking.recorderSerial) this.#others.add(owner);
    for (const piece of newPieces(capture, standing)) {
      const originals = await insertRecording(
        writer,
        piece,
        { ...this.circumstances, owner, listed },
        this.startOf(piece, null),
        capture.notes,
      );
      const fresh = originals[0]?.recordingId ?? null;
      for (const { file } of piece) standing.set(file, fresh);
      // What was disposed of and is taken in again because of a hold is held as what it was.
      const before = new Set(piece.flatMap(({ file }) => heldBefore.get(file) ?? []));
      if (fresh !== null) for (const recordingId of before) await writer.holds.inherit(recordingId, fresh);
      if (fresh !== null) views.addFresh(fresh);
      toCopy.push(...originals);
    }
    views.add(capture.segments, owner, standing);
    await linkPieces(writer, capture, standing, this.#options.clock.nowMs());
    return toCopy;
  }
}
