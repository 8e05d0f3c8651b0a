import type { Actor } from '#domain/custody/actor';
import { ArchiveCompared } from '#domain/custody/archive-entries';
import { subject } from '#domain/custody/subject';
import { type Judged, judgeGroup, type NewFinding } from '#domain/lock/compare-group';
import { type ComparisonCounts, type ComparisonRun, NOTHING_COUNTED } from '#domain/lock/comparison';
import type { ArchiveFinding } from '#domain/lock/finding';
import { because, type Reason } from '#domain/reason';
import { workId } from '#domain/work';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import { evictedIds } from '#steps/evictable-items';
import { withdrawCopies } from '#steps/withdraw-copies';
import { acceptBucket, bucketFindings } from './bucket.ts';
import { FoundThings } from './found.ts';
import { lastKeyOf, type Pair, pairs } from './groups.ts';
import type { ComparisonParts } from './parts.ts';

/** A run that was cut short goes on if it is younger than this, ms; else the next one begins anew. */
const RESUMED_MS_MAX = 24 * 3_600_000;
/** How far a run is, is on record after so many directories where nobody says otherwise, or so many things found. */
const CHECKPOINT_GROUPS = 500;
const CHECKPOINT_FOUND = 500;
/** In one run at most so many copies are withdrawn and made again. Where more are gone, it is the storage and not its objects, and a person has to look. */
const WITHDRAWN_MAX = 200;
/** Our own uploads that the journal does not know yet are younger than this, ms. */
const UPLOAD_MS_MIN = 10 * 60_000;
const PROGRESS_MS = 500;
/** What a run looks for; locks are looked at by their own queue. */
const KINDS = ['bucket', 'foreign', 'foreign-upload', 'hidden', 'missing', 'overwritten', 'size'] as const;

interface Options extends ComparisonParts {
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly pokeWork: () => void;
  readonly stationId: string;
  readonly actor: Actor;
  readonly signal: AbortSignal;
  /** Takes the bucket as it is now for how it should be. */
  readonly acceptBucket: boolean;
  /** How far a run is, is on record after so many directories. */
  readonly checkpointGroups?: number;
}

export type ComparisonLine =
  | { readonly type: 'progress'; readonly counts: ComparisonCounts }
  | {
      readonly type: 'finding';
      readonly kind: ArchiveFinding['kind'];
      readonly key: string;
      readonly recordingId: string | null;
      readonly reason: Reason;
    }
  | { readonly type: 'summary'; readonly counts: ComparisonCounts };

/**
 * Compares the archive with the ledger, both ways, and puts on record what differs: markers that hide originals, versions over them, what is missing, what nobody put
 * there, and changes of the bucket itself. Reads lists alone, no footage. What is gone is looked at twice, withdrawn and archived again. Goes on where a run was cut
 * short.
 */
export class Comparison {
  readonly #options: Options;
  readonly #found: FoundThings;
  #counts: ComparisonCounts = NOTHING_COUNTED;
  #withdrawn = 0;
  #pending: NewFinding[] = [];

  constructor(options: Options) {
    this.#options = options;
    const { clock, stationId, actor, archive } = options;
    this.#found = new FoundThings({ clock, stationId, actor, place: archive.name });
  }

  async *run(): AsyncGenerator<ComparisonLine> {
    const { ledger, archive, clock } = this.#options;
    const place = archive.name;
    const last = await ledger.archive.comparison(place);
    const goesOn = last !== null && last.endedAtMs === null && last.startedAtMs > clock.nowMs() - RESUMED_MS_MAX;
    const run: ComparisonRun = goesOn ? last : { startedAtMs: clock.nowMs(), endedAtMs: null, marker: '', counts: NOTHING_COUNTED };
    this.#counts = run.counts;
    await this.#found.load(ledger, KINDS);
    yield* this.#bucket();
    let marker = run.marker;
    let since = 0;
    let toldAtMs = performance.now();
    for await (const pair of pairs({ ledger, inventory: this.#options.inventory, place }, marker, this.#options.signal)) {
      yield* this.#told(await this.#judge(pair));
      marker = lastKeyOf(pair.id);
      since += 1;
      if (since >= (this.#options.checkpointGroups ?? CHECKPOINT_GROUPS) || this.#pending.length >= CHECKPOINT_FOUND) {
        await this.#checkpoint({ ...run, marker, counts: this.#counts });
        since = 0;
      }
      if (performance.now() - toldAtMs < PROGRESS_MS) continue;
      toldAtMs = performance.now();
      yield this.progress();
    }
    yield* this.#told(await this.#uploads());
    await this.#end(run, marker);
    yield { type: 'summary', counts: this.#counts };
  }

  progress(): ComparisonLine {
    return { type: 'progress', counts: this.#counts };
  }

  *#told(findings: readonly NewFinding[]): Iterable<ComparisonLine> {
    this.#pending.push(...findings);
    this.#counts = { ...this.#counts, faults: this.#counts.faults + findings.length };
    for (const { kind, key, recordingId, what } of findings) yield { type: 'finding', kind, key, recordingId, reason: what };
  }

  async *#bucket(): AsyncGenerator<ComparisonLine> {
    const { ledger, archive, locks, signal, stationId, actor } = this.#options;
    const found = await locks.probe(signal);
    const known = await ledger.archive.capabilities(archive.name);
    const accepted = known === null || this.#options.acceptBucket;
    if (accepted) await acceptBucket(this.#options, { place: archive.name, stationId, actor }, found);
    yield* this.#told(bucketFindings(accepted ? found : known, found));
  }

  async #judge(pair: Pair): Promise<readonly NewFinding[]> {
    const { entries, copies, recordingId, cut } = pair;
    if (recordingId === null) return this.#single(pair);
    // Stations may share a bucket: what belongs to another one is no matter of this one.
    if (copies.length === 0 && isOfAnother(recordingId, this.#options.stationId)) return [];
    const counted = entries.filter(({ isMarker }) => !isMarker);
    const first = judgeGroup({ recordingId, copies, entries, known: true, moving: false });
    const clean = first.findings.length === 0 && first.gone.length === 0;
    const judged = clean ? first : await this.#again(pair, recordingId);
    this.#counts = {
      ...this.#counts,
      versions: this.#counts.versions + counted.length,
      objects: this.#counts.objects + counted.filter(({ isNewest }) => isNewest).length,
      bytes: this.#counts.bytes + counted.reduce((sum, { bytes }) => sum + bytes, 0),
      markers: this.#counts.markers + entries.length - counted.length,
      expected: this.#counts.expected + judged.expected,
      found: this.#counts.found + judged.found,
      leftovers: this.#counts.leftovers + judged.leftovers,
    };
    const flood: NewFinding = {
      kind: 'foreign',
      key: pair.id,
      versionId: '',
      recordingId,
      what: because('object-flood', { key: pair.id }),
    };
    return [...judged.findings, ...(await this.#goneStill(judged, recordingId)), ...(cut ? [flood] : [])];
  }

  /** Something is otherwise: the rows are read once more, because a recording may have been archived while the list came. */
  async #again({ entries }: Pair, recordingId: string): Promise<Judged> {
    const { ledger, archive } = this.#options;
    const recording = await ledger.recordings.get(recordingId);
    const copies = (await ledger.recordings.copies(recordingId)).filter(({ where }) => where === archive.name);
    const work = await ledger.work.get(workId('archive', recordingId));
    return judgeGroup({ recordingId, copies, entries, known: recording !== null, moving: work !== null && work.state !== 'done' });
  }

  /** Asks for each missing object once more, by its version. What is really gone is withdrawn, so that it is archived again. */
  async #goneStill({ gone }: Judged, recordingId: string): Promise<readonly NewFinding[]> {
    const { archive, ledger, actor } = this.#options;
    const still = [];
    for (const each of gone) {
      const there = await archive.head({ key: each.key, versionId: each.versionId });
      if (there === null || (each.bytes !== null && there.bytes !== each.bytes)) still.push(each);
    }
    // The archive was its only place: there is nothing to make the copy of, and its row tells what is lost.
    const evicted = still.length === 0 ? new Set() : await evictedIds(ledger, recordingId);
    const here = still.filter(({ itemId }) => !evicted.has(itemId));
    if (here.length > 0 && this.#withdrawn + here.length <= WITHDRAWN_MAX) {
      this.#withdrawn += here.length;
      const wrong = here.map(({ itemId, key, finding }) => ({ itemId, key, what: finding.what }));
      await withdrawCopies(this.#options, recordingId, wrong, actor);
    }
    return still.map(({ finding }) => finding);
  }

  /** An object that lies in no recording's directory. The custody log, the notes of its newest entries and the probes are looked at elsewhere. */
  async #single({ id, entries, copies }: Pair): Promise<readonly NewFinding[]> {
    if (copies.length > 0 || /^(custody|ledger-heads|evidock-probe)\//.test(id)) return [];
    const newest = entries.find(({ isNewest }) => isNewest);
    if (!newest || newest.isMarker) return [];
    return [{ kind: 'foreign', key: id, versionId: newest.versionId, recordingId: null, what: because('object-foreign', { key: id }) }];
  }

  async #uploads(): Promise<readonly NewFinding[]> {
    const { inventory, ledger, clock, signal, stationId } = this.#options;
    const known = new Set((await ledger.uploads.all()).map(({ uploadId }) => uploadId));
    const findings: NewFinding[] = [];
    for await (const { key, uploadId, begunAtMs } of inventory.uploads(signal)) {
      this.#counts = { ...this.#counts, uploads: this.#counts.uploads + 1 };
      const recordingId = /^\d{4}\/\d\d\/\d\d\/([^/]+)\//.exec(key)?.[1] ?? null;
      const others = recordingId !== null && isOfAnother(recordingId, stationId);
      if (known.has(uploadId) || others || key.startsWith('evidock-probe/') || begunAtMs > clock.nowMs() - UPLOAD_MS_MIN) continue;
      if (findings.length < CHECKPOINT_FOUND)
        findings.push({ kind: 'foreign-upload', key, versionId: uploadId, recordingId, what: because('upload-foreign', { key }) });
    }
    return findings;
  }

  async #checkpoint(run: ComparisonRun): Promise<void> {
    const { ledger, archive } = this.#options;
    await ledger.transaction(async (writer) => {
      await this.#flush(writer);
      await writer.archive.putComparison(archive.name, run);
    });
  }

  async #flush(writer: LedgerWriter): Promise<void> {
    await this.#found.put(writer, this.#pending);
    this.#pending = [];
  }

  async #end(run: ComparisonRun, marker: string): Promise<void> {
    const { ledger, archive, clock, stationId, actor } = this.#options;
    const counts = this.#counts;
    await ledger.transaction(async (writer) => {
      await this.#flush(writer);
      // A run that went on has not looked at what lies before the place where it was cut.
      await this.#found.settle(writer, ({ key }) => run.marker === '' || Buffer.compare(Buffer.from(key), Buffer.from(run.marker)) > 0);
      const atMs = clock.nowMs();
      await writer.archive.putComparison(archive.name, { ...run, endedAtMs: atMs, marker, counts });
      const begun = new Date(run.startedAtMs).toISOString();
      const about = { atMs, actor, subject: subject('station', stationId) };
      await writer.custody.append(ArchiveCompared.make({ ...about, data: { archive: archive.name, begun, ...counts } }));
    });
  }
}

/** Whether this is the form of a recording's id, and another station made it. */
function isOfAnother(recordingId: string, stationId: string): boolean {
  const station = /^rec-[0-9a-z]+-([0-9a-z]+)-[0-9a-z]+$/.exec(recordingId)?.[1];
  return station !== undefined && station !== stationId;
}
