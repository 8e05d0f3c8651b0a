import pLimit from 'p-limit';
import { STATION } from '#domain/custody/actor';
import { DockingCompared, DockingFoundDisposed } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import {
  bySampleNeed,
  type Compared,
  FEWER_BLOCKS,
  fullSamplesMax,
  SAMPLE_BLOCKS,
  type SampleCosts,
  WHOLE_BYTES_MAX,
} from '#domain/vault/file-sample';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { Volume, VolumeEntry } from '#ports/recorder-driver';
import { CardComparison } from './card-comparison.ts';
import { compareWhole } from './compare-whole.ts';
import type { ComparisonTools, Outcome } from './comparison.ts';
import type { FoundOnCard } from './found-on-card.ts';
import { recordRechecked } from './record-rechecked.ts';

/** So many small files are compared at once. */
const SMALL_AT_ONCE = 4;
const IDS_PER_QUERY = 1000;
/** At most so many recordings in one custody entry, so that the entry stays readable. */
const DISPOSED_PER_ENTRY = 500;

interface Options extends ComparisonTools {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly docking: Docking;
  readonly volume: Volume;
  readonly found: FoundOnCard;
}

interface Evidence {
  whole: number;
  sampled: number;
  /** Files that had a sample with fewer blocks, because the time for the card did not suffice. */
  fewer: number;
  unread: number;
}

/**
 * The files of one listing that look like originals of an earlier docking (same recorder, path, size, time). Names, sizes and times may come again: after a
 * dead clock battery, where segments are preallocated, on a card that was formatted. So each file is compared with the vault's bytes before it counts as known:
 * small files whole, others by a random sample (docs/design.md, "Known"). A place that cannot be read proves nothing against the file.
 */
export class KnownFiles {
  readonly #options: Options;
  readonly #small = pLimit(SMALL_AT_ONCE);
  /** Rank of each original for a full sample, from 0. One that has no rank gets a full sample. */
  readonly #ranks = new Map<string, number>();
  readonly #costs = { bytes: 0, readBytes: 0, readMs: 0, samples: 0, sampleMs: 0 } satisfies SampleCosts;
  readonly #evidence: Evidence = { whole: 0, sampled: 0, fewer: 0, unread: 0 };
  #sampled: string[] = [];
  #whole: Original[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** Called once before the first `compare`. Ranks the files, for when the time does not suffice for a full sample of every file on the card. */
  async plan<F extends VolumeEntry>(files: readonly F[], identity: (file: F) => Parameters<Ledger['originals']['find']>[0]): Promise<void> {
    const { ledger } = this.#options;
    const ids: string[] = [];
    for (const file of files) {
      if (file.bytes <= WHOLE_BYTES_MAX) continue;
      const known = await ledger.originals.find(identity(file));
      if (!known || !this.#mustBeCompared(known)) continue;
      ids.push(known.id);
      this.#costs.bytes += file.bytes;
    }
    const compared: { id: string; when: Compared }[] = [];
    for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
      for (const [id, when] of await ledger.originals.compared(ids.slice(at, at + IDS_PER_QUERY))) compared.push({ id, when });
    }
    compared.sort((a, b) => bySampleNeed(a.when, b.when));
    for (const [rank, { id }] of compared.entries()) this.#ranks.set(id, rank);
  }

  /** Whether an original has to be compared. Not so one that this docking read itself, has compared in an earlier listing, or has found to differ. */
  #mustBeCompared(known: Original): boolean {
    const { docking, found } = this.#options;
    return known.state !== 'listed' && known.dockingId !== docking.id && !found.replaced.has(known.id) && !found.known.has(known.id);
  }

  /**
   * Compares originals with the files on the card. `looksLike`: originals, each with the path that its file has on the card now. Returns the ids of those that
   * the card does not hold.
   */
  async compare(looksLike: readonly Original[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { volume } = this.#options;
    const comparison = new CardComparison(this.#options, volume, signal);
    const others = new Set<string>();
    const settle = (known: Original, outcome: Outcome) => {
      if (this.#isOther(known, outcome)) others.add(known.id);
    };
    const all: Original[] = [];
    for (const known of looksLike.filter((each) => this.#mustBeCompared(each))) {
      const isDisposed = await this.#isDisposed(known);
      if (!isDisposed) all.push(known);
      else if (!(await this.#isLeftBehind(known, signal))) others.add(known.id);
    }
    const small = all.filter(({ bytes }) => bytes <= WHOLE_BYTES_MAX);
    await allOf(small.map((known) => this.#small(async () => settle(known, await comparison.whole(known)))));
    // Large files go by rank. The first full sample shows what a sample costs, and should be of a file with a high rank.
    const large = all.filter(({ bytes }) => bytes > WHOLE_BYTES_MAX).sort((a, b) => this.#rank(a) - this.#rank(b));
    for (const known of large) settle(known, await this.#sample(comparison, known));
    return others;
  }

  async #isDisposed({ recordingId }: Original): Promise<boolean> {
    return (await this.#options.ledger.recordings.get(recordingId))?.state === 'disposed';
  }

  /**
   * Whether a file that looks like one that was disposed of stays where it is. Nothing was kept to compare parts with, so it is read whole. What a legal hold covers by
   * now is taken in as a new recording (docs/decisions/0062).
   */
  async #isLeftBehind(known: Original, signal: AbortSignal): Promise<boolean> {
    const { ledger, volume, found } = this.#options;
    const { id, recordingId } = known;
    const held = await ledger.holds.isHeld(recordingId);
    if (held) {
      found.disposed.set(id, { recordingId, held, told: false });
      return false;
    }
    const { verdict } = await compareWhole(known, volume, { ...this.#options, signal });
    if (verdict === 'differs') return false;
    found.known.set(id, known.cardPath);
    if (verdict === 'unread') this.#evidence.unread += 1;
    else {
      found.disposed.set(id, { recordingId, held, told: false });
      this.#whole.push(known);
      this.#evidence.whole += 1;
    }
    return true;
  }

  #rank({ id }: Original): number {
    return this.#ranks.get(id) ?? 0;
  }

  async #sample(comparison: CardComparison, known: Original): Promise<Outcome> {
    const full = this.#rank(known) < fullSamplesMax(this.#costs);
    const { outcome, readBytes, readMs, sampleMs } = await comparison.sample(known, full ? SAMPLE_BLOCKS : FEWER_BLOCKS);
    this.#costs.readBytes += readBytes;
    this.#costs.readMs += readMs;
    if (outcome !== 'same') return outcome;
    if (full) {
      this.#costs.samples += 1;
      this.#costs.sampleMs += sampleMs;
      this.#sampled.push(known.id);
      this.#evidence.sampled += 1;
    } else this.#evidence.fewer += 1;
    return outcome;
  }

  #isOther(known: Original, outcome: Outcome): boolean {
    const { found } = this.#options;
    // A copy that is not sealed yet may be missing because the seal stage has just set it aside. Only a sealed one that is lost counts as another file.
    if (outcome === 'differs' || (outcome === 'lost' && known.state === 'sealed')) return true;
    found.known.set(known.id, known.cardPath);
    if (outcome !== 'same') this.#evidence.unread += 1;
    else if (known.bytes <= WHOLE_BYTES_MAX) {
      this.#whole.push(known);
      this.#evidence.whole += 1;
    }
    return false;
  }

  /** Records the files that were found the same since the last call, at fault point `w02-files-listed`. */
  async write(writer: LedgerWriter): Promise<void> {
    const { docking, clock, found } = this.#options;
    const [sampled, whole] = [this.#sampled, this.#whole];
    const atMs = clock.nowMs();
    for (let at = 0; at < sampled.length; at += IDS_PER_QUERY)
      await writer.originals.markCompared(sampled.slice(at, at + IDS_PER_QUERY), { how: 'sampled', dockingId: docking.id, atMs });
    await recordRechecked(writer, docking, whole, atMs);
    await writer.dockings.update(docking.id, { filesToRecheck: found.known.size, filesRechecked: found.rechecked.size + whole.length });
  }

  /** Called when the transaction of `write` has committed. */
  written(): void {
    for (const { id } of this.#whole) this.#options.found.rechecked.add(id);
    this.#sampled = [];
    this.#whole = [];
  }

  /** Records at the end of the listing by what evidence files of this card count as known, and what of it was disposed of. */
  async conclude(writer: LedgerWriter): Promise<void> {
    const { docking, clock } = this.#options;
    await this.#tellDisposed(writer);
    const { whole, sampled, fewer, unread } = this.#evidence;
    const files = whole + sampled + fewer + unread;
    if (files === 0) return;
    const data = {
      recorder: docking.recorderSerial,
      files,
      whole,
      sampled,
      blocks: SAMPLE_BLOCKS,
      fewer,
      fewerBlocks: FEWER_BLOCKS,
      unread,
    };
    await writer.custody.append(
      DockingCompared.make({ atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id), data }),
    );
  }

  async #tellDisposed(writer: LedgerWriter): Promise<void> {
    const { docking, clock } = this.#options;
    const untold = [...this.#options.found.disposed.values()].filter(({ told }) => !told);
    for (let at = 0; at < untold.length; at += DISPOSED_PER_ENTRY) {
      const some = untold.slice(at, at + DISPOSED_PER_ENTRY);
      const held = some.filter((each) => each.held).length;
      const data = { recorder: docking.recorderSerial, files: some.length, left: some.length - held, held };
      const lists = { recordings: [...new Set(some.map(({ recordingId }) => recordingId))] };
      const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id) };
      await writer.custody.append(DockingFoundDisposed.make({ ...about, data, lists }));
    }
  }

  /** Called when the transaction of `conclude` has committed. */
  concluded(): void {
    for (const each of this.#options.found.disposed.values()) each.told = true;
  }
}

/** Waits for all of them, also where one fails, so that none still runs while the caller handles the failure. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(works)) if (ended.status === 'rejected') throw ended.reason;
}
