import type { Capture } from '#domain/card/captures';
import type { ListedFile } from '#domain/card/listed-file';
import { numbersInRow, type Rows, rowsOf } from '#domain/card/row';
import type { Docking } from '#domain/docking';
import { isCardFailure } from '#domain/errors';
import { type ContainerHeader, readContainerHeader } from '#domain/media/container-header';
import type { ReadAt } from '#domain/media/iso-bmff';
import { type FormerClock, offsetOfClaim } from '#domain/recorder/former-clock';
import type { Original, Recording } from '#domain/recording';
import type { Bounds } from '#domain/start/claim';
import { decideStart, type StartDecision } from '#domain/start/claims';
import { type GpsTimes, gpsTimes, TRACK_BYTES_READ } from '#domain/start/gps-track';
import { type CardReadings, type ClockFacts, isContinuous, MADE_SINCE, readingsOf, type Sighting } from '#domain/start/readings';
import { sightingOfRecord } from '#domain/start/record-sighting';
import { type TakeFacts, TELLS_NOTHING } from '#domain/take/segment-names';
import { mayHoldTrack } from '#domain/track/fix';
import type { Clock } from '#ports/clock';
import type { OriginalsReader } from '#ports/ledger/originals';
import type { RecordingsReader } from '#ports/ledger/recordings';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';

/** So many files are read to learn how the recorder writes its times. More would tell nothing new. */
const SAMPLE_FILES = 24;
/** The longest time for that, ms, because the copy of the first file waits. A slower card is judged by fewer files. */
const SAMPLE_MS_MAX = 1000;
/** On each side so many files are searched for one that is dated for certain. A clock that began anew stays wrong for about a day's files. */
const NEIGHBOURS_ASKED = 24;
/** The longest time for reading one header, ms. A recorder that hangs must not keep its files from being listed. */
const HEADER_MS_MAX = 2000;
/** After so many headers that hang no more are read from this card, because each of them holds a thread. */
const HUNG_MAX = 3;
/** A smaller file holds no header. */
const HEADER_BYTES_MIN = 64;
const NO_HEADER: ContainerHeader = { writtenMs: null, durationMs: null };
const TRACKS_READ = 2;

interface Options {
  readonly ledger: { readonly originals: Pick<OriginalsReader, 'find'>; readonly recordings: Pick<RecordingsReader, 'get'> };
  readonly volume: Volume;
  readonly docking: Pick<Docking, 'clockOffsetMs'>;
  readonly driver: Pick<RecorderDriver, 'madeSince' | 'containerTime'>;
  readonly formerClocks: readonly FormerClock[];
  readonly clock: Clock;
  readonly timezone: string;
  /** The identity under which a file is on record, or will be. */
  readonly identity: (file: ListedFile) => Parameters<OriginalsReader['find']>[0];
  /** Whether the card has other bytes now than this original, which is on record. */
  readonly hasOtherBytes: (original: Original) => boolean;
  /** Whether the docked recorder made the file. The measured clock offset holds for no other recorder. */
  readonly isOwn: (file: ListedFile) => boolean;
}

type Told = Pick<TakeFacts, 'durationMs' | 'containerMs'>;

/** A file whose start is certain. */
interface Dated {
  readonly startMs: number;
  readonly durationMs: number | null;
}

interface Prepared {
  readonly sighting: Sighting;
  readonly bounds: Bounds | null;
}

/**
 * Decides when the recordings of one card started. It reads each header once, and no header of a file that is on record. The decision itself is a pure function
 * (src/domain/start/claims.ts).
 */
export class CardStarts {
  readonly #options: Options;
  readonly #headers = new Map<ListedFile, Promise<ContainerHeader>>();
  readonly #told = new Map<string, Told>();
  readonly #dated = new Map<ListedFile, Dated | null>();
  readonly #prepared = new Map<ListedFile, Prepared>();
  #hung = 0;
  #signal: AbortSignal = AbortSignal.abort();
  #listed: readonly ListedFile[] = [];
  #rows: Rows = new Map();
  #readings: CardReadings | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes the files of the card, because files date each other. `signal`: aborted when the recorder has left. */
  cardListed(files: readonly ListedFile[], signal: AbortSignal): void {
    this.#signal = signal;
    this.#listed = files;
    this.#rows = rowsOf(files);
    this.#readings = undefined;
    this.#dated.clear();
  }

  /** Length and start of a file, from the header of its container, or as they are on record. */
  async containerTells(file: ListedFile): Promise<Told> {
    const known = this.#told.get(file.path);
    if (known) return known;
    const original = await this.#onRecord(file);
    const told = original?.take ? kept(original.take, original) : await this.#asStart(await this.#sighting(file));
    this.#told.set(file.path, told);
    return told;
  }

  async #asStart({ writtenMs, durationMs }: Sighting): Promise<Told> {
    const atEnd = writtenMs !== null && durationMs !== null && (await this.#cardReadings()).container.endsWith('end');
    return { durationMs, containerMs: atEnd ? writtenMs - durationMs : writtenMs };
  }

  /** What `containerTells` has found for this file; nothing if the file was not asked. */
  told(path: string): Told {
    return this.#told.get(path) ?? TELLS_NOTHING;
  }

  /** Reads what is needed to date those files of these captures that are not on record. Must run outside of a transaction, because a card may be slow. */
  async prepare(captures: readonly Capture[]): Promise<void> {
    await this.#cardReadings();
    for (const { segments, sidecars } of captures) {
      // Captures without video, sound or track are dated by names and times of files alone.
      if (!segments.some(({ facts: { kind } }) => isContinuous(kind) || kind === 'track')) continue;
      for (const piece of await this.#piecesOf(segments, sidecars)) {
        await this.prepareFiles(piece);
        // Lengths are needed later, when another docking brings the files before or after these. Then these files are on record and not read again.
        for (const file of piece) await this.containerTells(file);
      }
    }
  }

  /** The future recordings: runs of segments that are not on record, cut where one is. New sidecars go with the first run. */
  async #piecesOf(segments: readonly ListedFile[], sidecars: readonly ListedFile[]): Promise<readonly (readonly ListedFile[])[]> {
    const pieces: ListedFile[][] = [[]];
    for (const file of segments) {
      if (!(await this.#onRecord(file))) pieces.at(-1)?.push(file);
      else if (pieces.at(-1)?.length) pieces.push([]);
    }
    for (const file of sidecars) if (!(await this.#onRecord(file))) pieces[0]?.push(file);
    return pieces;
  }

  /** Does what `prepare` does for files that become one recording, whether they are on record or not. */
  async prepareFiles(files: readonly ListedFile[]): Promise<void> {
    const [first] = files;
    if (!first) return;
    const readings = await this.#cardReadings();
    const sighting = { ...this.#seen(first, await this.#header(first)), name: nameOf(files), gps: await this.#gps(first, files) };
    const alone = decideStart(sighting, readings, this.#facts(null, first));
    const bounds = alone.doubtful ? await this.#bounds(first, sighting.durationMs) : null;
    this.#prepared.set(first, { sighting, bounds });
  }

  /** When the recording of these files started. `prepare` must have read them. `before`: the earlier recording of the same file, if it is taken again. */
  startOf(files: readonly ListedFile[], before: Recording | null): StartDecision {
    const [first] = files;
    if (!first) throw new TypeError('a recording without files');
    // Another docking may have taken the file before this one, so this file was not prepared. Then its header counts as unknown.
    const { sighting, bounds } = this.#prepared.get(first) ?? {
      sighting: { ...this.#seen(first, NO_HEADER), name: nameOf(files) },
      bounds: null,
    };
    this.#prepared.delete(first);
    return decideStart(sighting, this.#readings ?? readingsOf([], this.#facts(before, first)), this.#facts(before, first), bounds);
  }

  /** What is known of the clock. A file that was read with gaps is corrected by the clock of its first recording, because the clock may have been set since. */
  #facts(before: Recording | null, file?: ListedFile): ClockFacts {
    const { docking, driver, formerClocks, clock, timezone, volume, isOwn } = this.#options;
    const own = file === undefined || isOwn(file);
    const nowMs = clock.nowMs();
    const clocks = { former: own ? formerClocks : [], offsetMs: own ? docking.clockOffsetMs : null, nowMs };
    return {
      zone: timezone,
      offsetOf: (recorderMs) => (before ? before.clockOffsetMs : offsetOfClaim(recorderMs, clocks)),
      dockedMs: nowMs,
      madeSince: driver.madeSince ?? MADE_SINCE,
      ...(driver.containerTime === undefined ? {} : { containerTime: driver.containerTime }),
      ...(volume.fileTimes === undefined ? {} : { fileTimes: volume.fileTimes }),
    };
  }

  async #cardReadings(): Promise<CardReadings> {
    this.#readings ??= readingsOf(await this.#sample(), this.#facts(null));
    return this.#readings;
  }

  /** Reads the times of some files from all over the card. */
  async #sample(): Promise<readonly Sighting[]> {
    const timed = this.#listed.filter(
      ({ facts: { kind }, bytes }) => (isContinuous(kind) || kind === 'photo') && bytes >= HEADER_BYTES_MIN,
    );
    const step = Math.max(1, timed.length / SAMPLE_FILES);
    const endMs = performance.now() + SAMPLE_MS_MAX;
    const sightings: Sighting[] = [];
    for (let at = 0; at < timed.length && performance.now() < endMs; at += step) {
      const file = timed[Math.floor(at)];
      if (file) sightings.push(await this.#sighting(file));
    }
    return sightings;
  }

  async #sighting(file: ListedFile): Promise<Sighting> {
    const known = await this.#onRecord(file);
    if (!known) return this.#seen(file, await this.#header(file));
    const recording = known.index === 1 ? await this.#options.ledger.recordings.get(known.recordingId) : null;
    // Of a later segment on record only its place in the take is known, so only its length is used.
    if (!recording) return this.#seen(file, { writtenMs: null, durationMs: known.take?.durationMs ?? null });
    return { ...sightingOfRecord(recording, known), row: numbersInRow(file)?.row ?? '' };
  }

  #seen(file: ListedFile, { writtenMs, durationMs }: ContainerHeader): Sighting {
    const { kind, claimedStart, lens } = file.facts;
    const row = numbersInRow(file)?.row ?? `${file.path.slice(0, file.path.lastIndexOf('/') + 1)}|${kind}|${lens ?? ''}`;
    return { kind, name: claimedStart ?? null, writtenMs, durationMs, mtimeMs: file.mtimeMs, gps: null, row };
  }

  async #onRecord(file: ListedFile): Promise<Original | null> {
    const known = await this.#options.ledger.originals.find(this.#options.identity(file));
    return known && !this.#options.hasOtherBytes(known) ? known : null;
  }

  #header(file: ListedFile): Promise<ContainerHeader> {
    if (!isContinuous(file.facts.kind) || file.bytes < HEADER_BYTES_MIN) return Promise.resolve(NO_HEADER);
    const known = this.#headers.get(file);
    if (known) return known;
    const header = this.#read(file, NO_HEADER, (readAt) => readContainerHeader(readAt, file.bytes));
    this.#headers.set(file, header);
    return header;
  }

  /** Reads of a file; gives `nothing` where that fails. The listing must go on, and the copy of the file will report the failure. */
  async #read<T>(file: ListedFile, nothing: T, body: (readAt: ReadAt) => Promise<T>): Promise<T> {
    if (this.#hung >= HUNG_MAX) return nothing;
    const late = AbortSignal.timeout(HEADER_MS_MAX);
    const signal = AbortSignal.any([this.#signal, late]);
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const end = () => reject(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    try {
      signal.throwIfAborted();
      // Nobody waits for a read that hangs; the file is closed when the read ends.
      return await Promise.race([this.#readOpened(file, signal, body), ended]);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (late.aborted) this.#hung += 1;
      else if (!isCardFailure(error)) throw error;
      return nothing;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async #readOpened<T>(file: ListedFile, signal: AbortSignal, body: (readAt: ReadAt) => Promise<T>): Promise<T> {
    const opened = await this.#options.volume.open(file.path);
    try {
      return await body(async (position, length) => {
        const target = new Uint8Array(length);
        return target.subarray(0, await opened.read(target, position, signal));
      });
    } finally {
      await opened.close();
    }
  }

  /** Satellite times of the first track that travels with a file, or of the file itself. */
  async #gps(first: ListedFile, files: readonly ListedFile[]): Promise<GpsTimes | null> {
    if (!isContinuous(first.facts.kind) && first.facts.kind !== 'track') return null;
    const tracks = files.filter(({ facts, path }) =>
      mayHoldTrack({ kind: facts.kind, role: facts.sidecar === true ? 'sidecar' : 'segment', cardPath: path }),
    );
    for (const track of tracks.slice(0, TRACKS_READ)) {
      const found = await this.#read(track, null, async (readAt) => {
        const text = async (position: number) => Buffer.from(await readAt(position, TRACK_BYTES_READ)).toString('latin1');
        return gpsTimes(await text(0), await text(Math.max(0, track.bytes - TRACK_BYTES_READ)));
      });
      if (found) return found;
    }
    return null;
  }

  /** The earliest and the latest moment at which a file can have started, by the nearest files in its row that are dated for certain. */
  async #bounds(file: ListedFile, durationMs: number | null): Promise<Bounds | null> {
    const found = this.#rows.get(file);
    if (!found) return null;
    const { row, place } = found;
    const before = await this.#firstDated(row.slice(Math.max(0, place - NEIGHBOURS_ASKED), place).reverse());
    const after = await this.#firstDated(row.slice(place + 1, place + 1 + NEIGHBOURS_ASKED));
    const fromMs = before ? before.startMs + (before.durationMs ?? 0) : null;
    const toMs = after ? after.startMs - (durationMs ?? 0) : null;
    // In a row whose numbers began again, later files stand before earlier ones: then they give no bounds.
    if ((fromMs === null && toMs === null) || (fromMs !== null && toMs !== null && fromMs > toMs + 60_000)) return null;
    return { fromMs, toMs };
  }

  async #firstDated(files: readonly ListedFile[]): Promise<Dated | null> {
    for (const file of files) {
      const known = this.#dated.get(file);
      const dated = known === undefined ? await this.#date(file) : known;
      this.#dated.set(file, dated);
      if (dated) return dated;
    }
    return null;
  }

  async #date(file: ListedFile): Promise<Dated | null> {
    const sighting = await this.#sighting(file);
    const { settled, startMs } = decideStart(sighting, await this.#cardReadings(), this.#facts(null, file));
    return settled && startMs !== null ? { startMs, durationMs: sighting.durationMs } : null;
  }
}

/** When the recording of one file started whose neighbours on the card are on record. What those told of the recorder's habits holds for this file too. */
export async function startOfOne(file: ListedFile, options: Options, signal: AbortSignal): Promise<StartDecision> {
  const starts = new CardStarts(options);
  starts.cardListed([file], signal);
  await starts.prepareFiles([file]);
  return starts.startOf([file], null);
}

/** What is on record of a segment. Its length is more exact once derive has measured it. */
function kept({ durationMs, containerMs }: TakeFacts, original: Original): Told {
  return { durationMs: original.durationMs ?? durationMs, containerMs };
}

/** The earliest time in the names of files that belong together. */
function nameOf(files: readonly ListedFile[]): string | null {
  return files.flatMap((file) => file.facts.claimedStart ?? []).sort()[0] ?? null;
}
